"""The question whether to tell a sender that the message was read."""

from tui_mailer.engine.receipts import ReceiptDue


def question_text(due: ReceiptDue) -> str:
    """Who asks; and where the receipt would go, when that is not where the message came from."""
    request, sender = due.request, due.message.sender
    who = sender.name.replace("_", " ") or sender.mailbox or "L’expéditeur"
    asks = f"{who} demande un accusé de lecture de ce message."
    if request.goes_back:
        return f"{asks}\n\nL’envoyer à {request.reply_to.mailbox} ?"
    came_from = request.return_path
    origin = (
        f"Le message vient de {came_from.mailbox}"
        if came_from
        else ("L’origine du message n’est pas indiquée")
    )
    return (
        f"{asks}\n\n⚠ {origin}, mais l’accusé irait à {request.reply_to.mailbox}.\n\n"
        "L’envoyer à cette adresse ?"
    )
