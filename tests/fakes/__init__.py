"""In-memory stand-ins of the outside, scripted by the tests."""
