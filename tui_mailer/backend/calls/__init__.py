"""Calls of the practice's own software to the program that is open."""
