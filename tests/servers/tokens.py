"""Access tokens, and the introspection service that tells Dovecot which are valid (RFC 7662)."""

from __future__ import annotations

import json
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs

from servers.ports import LOOPBACK


class Tokens:
    """Tokens issued to addresses; a revoked one is refused from the next login on."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._lock = Lock()

    def issue(self, address: str, size_bytes: int = 24) -> str:
        """A new token, valid for `address` until it is revoked; `size_bytes` before base64."""
        token = secrets.token_urlsafe(size_bytes)
        with self._lock:
            self._owners[token] = address
        return token

    def revoke(self, token: str) -> None:
        """Make `token` invalid; one that never was valid is no error."""
        with self._lock:
            self._owners.pop(token, None)

    def owner(self, token: str) -> str | None:
        """The address that `token` is valid for."""
        with self._lock:
            return self._owners.get(token)


class IntrospectionServer:
    """Answers Dovecot's questions about `tokens`, from a thread, while it is open."""

    def __init__(self, tokens: Tokens, port: int) -> None:
        self._server = ThreadingHTTPServer((LOOPBACK, port), _handler_for(tokens))
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler_for(tokens: Tokens) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            form = parse_qs(self.rfile.read(length).decode("ascii"))
            owner = tokens.owner(form.get("token", [""])[0])
            answer: dict[str, object] = {"active": "false"}
            if owner is not None:
                answer = {"active": "true", "email": owner.lower()}
            body = json.dumps(answer).encode("ascii")
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (inherited)
            """Stay silent: the pages of the tests are not the place for access logs."""

    return Handler
