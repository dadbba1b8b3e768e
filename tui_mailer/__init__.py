"""A keyboard-driven mail client for French health professionals on MSSanté."""
