"""Measures the program beside other mail clients and beside what a bare socket needs.

Run as ``python -m bench`` from the folder of the tests; ``--help`` lists the options.
"""
