"""Bytes to domain values and back: no input or output, nothing that waits."""
