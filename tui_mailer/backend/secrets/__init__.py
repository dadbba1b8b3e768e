"""Where passwords and tokens come from: typed, a command, the system keyring."""

from tui_mailer.backend.secrets.secrets import Secrets

__all__ = ["Secrets"]
