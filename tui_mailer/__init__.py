"""A keyboard-driven mail client for French health professionals on MSSanté."""

__version__ = "0.1.0"
