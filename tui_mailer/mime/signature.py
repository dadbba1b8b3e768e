"""Where a signature stands: under what is written, above what is quoted or sent on."""


def signed(body: str, signature: str) -> str:
    """`body` with `signature`, two empty lines to write in above it.

    Args:
        body: as `mime.reply` makes it: empty, or a quotation after two empty lines.
        signature: the user's own text; "" leaves the body as it is.
    """
    text = signature.strip("\n")
    return f"\n\n{text}\n{body}" if text.strip() else body
