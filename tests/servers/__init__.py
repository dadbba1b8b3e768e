"""Throw-away Dovecot and Postfix on loopback ports, for the tests that want the real thing."""
