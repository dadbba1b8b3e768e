"""A certificate authority of our own, and server certificates that are right or wrong one way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from servers.ports import DISTANT_LOOPBACK, LOOPBACK

_NAMES = ("localhost", LOOPBACK, DISTANT_LOOPBACK)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, as PEM files."""

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """What `ca_file` vouches for (`valid`, `client`) and what a client must refuse (the rest)."""

    ca_file: Path
    valid: Certificate
    client: Certificate
    expired: Certificate
    wrong_host: Certificate
    self_signed: Certificate
    unknown_ca: Certificate


def make_certificates(directory: Path) -> Certificates:
    """Write the authority and all its certificates into `directory`."""
    authority, stranger = trustme.CA(), trustme.CA()
    ca_file = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return Certificates(
        ca_file=ca_file,
        valid=_saved(directory, "valid", authority.issue_cert(*_NAMES)),
        client=_saved(directory, "client", authority.issue_cert("cabinet-martin.mssante.fr")),
        expired=_saved(directory, "expired", authority.issue_cert(*_NAMES, not_after=yesterday)),
        wrong_host=_saved(directory, "wrong", authority.issue_cert("autre.example.test")),
        self_signed=_self_signed(directory),
        unknown_ca=_saved(directory, "unknown", stranger.issue_cert(*_NAMES)),
    )


def _saved(directory: Path, name: str, leaf: trustme.LeafCert) -> Certificate:
    certificate = Certificate(directory / f"{name}.pem", directory / f"{name}.key")
    certificate.chain.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(str(certificate.key))
    return certificate


def _self_signed(directory: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate = Certificate(directory / "self.pem", directory / "self.key")
    certificate.chain.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    certificate.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate
