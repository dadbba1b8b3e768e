"""Paths as people type them."""

from pathlib import Path


def typed_path(text: str) -> Path:
    """A path with its ``~`` expanded; one that names an unknown user stays as it is."""
    path = Path(text.strip())
    try:
        return path.expanduser()
    except RuntimeError:
        return path
