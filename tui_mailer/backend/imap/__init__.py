"""IMAP: `connector` opens a line, `server` speaks for the engine, `protocol` keeps the line sane.

::

    server ── what the engine asks ──> protocol ──> TLS ──> the server
       ^                                  |
       └── envelope, folders, tokens <── receive (bytes -> responses)

aioimaplib gives the command set and its state machine; `protocol` replaces its receive path.
"""
