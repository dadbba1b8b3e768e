"""Use cases on asyncio: no socket, no SQL, no Textual."""
