"""A certificate authority that lives as long as one demo."""

import ssl
from pathlib import Path

import trustme

HOST = "127.0.0.1"


def server_context(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make an authority and a server certificate; return the servers' side and the CA's file.

    The client verifies these servers exactly as it verifies an operator's, with a CA file:
    the demo opens no weaker way in.

    Args:
        folder: a private directory; receives ``demo-ca.pem``, the authority's certificate
            (its private key stays in memory).
    """
    authority = trustme.CA(organization_name="tui_mailer (démonstration)")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert(HOST, "localhost").configure_cert(context)
    ca_file = folder / "demo-ca.pem"
    ca_file.touch(mode=0o600)
    authority.cert_pem.write_to_path(str(ca_file))
    return context, ca_file
