"""Screens: what fills the terminal, and the questions above it."""
