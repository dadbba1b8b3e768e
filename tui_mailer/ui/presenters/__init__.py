"""What the screens say, as pure functions: no widget here, tested without a terminal."""
