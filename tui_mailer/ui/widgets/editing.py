"""Editing keys in the order in which they were pressed."""

from textual.events import Key
from textual.widget import Widget


async def edit_at_once(field: Widget, event: Key) -> None:
    """Do now what `field` itself binds to a key, instead of letting the key climb to the app.

    The library inserts a letter in the field's own turn, but a backspace or an arrow acts only
    once it came back from the app: when a slow line brings many keys at once, the letters behind
    a correction would come before it, and the correction would land elsewhere.
    """
    for binding in field._bindings.key_to_bindings.get(event.key, ()):
        if not binding.priority and await field.app.run_action(binding.action, field):
            event.stop()
            event.prevent_default()
            return
