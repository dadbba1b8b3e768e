"""What can go wrong on a screen alone."""

from tui_mailer.domain.errors import InvalidInput


class TooLateToTakeBack(InvalidInput):
    """The message left while the key was pressed."""

    what = "Il est trop tard pour annuler cet envoi."
    meaning = "Le message est en train de partir, ou il est parti."
    advice = "Regardez les envois (v) pour savoir où il en est."
