"""Small classes, one a command: key, label, help line and palette entry come from each."""
