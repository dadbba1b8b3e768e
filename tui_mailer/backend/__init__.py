"""The world outside, one folder a thing, each behind a port of the domain."""
