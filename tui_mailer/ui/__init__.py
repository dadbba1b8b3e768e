"""The terminal interface: Textual lives here and nowhere else."""
