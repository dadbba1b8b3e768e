"""The outside world behind `domain.ports`: servers, disk, secrets. One folder each."""
