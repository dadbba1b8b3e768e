"""The user's own files: what is attached, and where attachments are saved."""
