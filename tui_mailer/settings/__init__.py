"""One TOML file, `reglages.toml`, that the user may edit; it never holds a password or a token."""
