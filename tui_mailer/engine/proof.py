"""What proved an account on both its servers, and is not thrown away."""

from dataclasses import dataclass

from tui_mailer.domain.ports import MailServer


@dataclass(frozen=True, slots=True)
class Proof:
    """An account that both servers accepted, for its engine to begin with.

    Attributes:
        server: logged in, no folder open; whoever has it closes it.
        size_limit_bytes: what the submission server takes at most, None when it does not tell.
    """

    server: MailServer
    size_limit_bytes: int | None
