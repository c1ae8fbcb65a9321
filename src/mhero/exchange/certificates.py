"""Certificates for mutual TLS: a small authority of the installation's own, in `MHERO_HOME/tls`.

It signs the gateway's certificate and those that are made for clients. Installations that spread over several
machines share this folder.
"""

import fcntl
import hashlib
import ipaddress
import logging
import os
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mhero.exchange.errors import CertificateUnreadable
from mhero.platform.clock import now
from mhero.platform.configuration import Configuration
from mhero.platform.errors import ConfigurationError

log = logging.getLogger(__name__)
AUTHORITY_DAYS = 3650
SERVER_DAYS = 825
CLIENT_DAYS = 730
#: The server's own certificate is made anew at a start when it has less than this left.
RENEWAL_DAYS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedCertificate:
    """A certificate made here; the key is shown once and kept nowhere."""

    certificate: str
    key: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def fingerprint_of(certificate: str) -> str:
    """SHA-256 of a PEM certificate, lower-case hexadecimal; raises `CertificateUnreadable`."""
    return hashlib.sha256(parsed(certificate).public_bytes(serialization.Encoding.DER)).hexdigest()


def parsed(certificate: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(certificate.encode())
    except ValueError as error:
        raise CertificateUnreadable from error


def issue_client_certificate(home: Path, client_id: str) -> IssuedCertificate:
    """A key and a certificate for a client, signed by our own authority."""
    with _folder(home) as folder:
        authority = _authority(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _pem(
        _signed(
            _unsigned(client_id, key, authority.certificate.subject, CLIENT_DAYS).add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
            ),
            authority.key,
        )
    )
    return IssuedCertificate(
        certificate=certificate, key=_pem_key(key), fingerprint=fingerprint_of(certificate)
    )


def server_context(configuration: Configuration) -> ssl.SSLContext:
    """TLS for the gateway. A client may show a certificate: of our authority, or one given to `trust`."""
    with _folder(configuration.home) as folder:
        authority = _authority(folder)
        _ensure_server_certificate(folder, authority, _names(configuration))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(folder / "server.pem", folder / "server.key")
        except (ssl.SSLError, OSError) as error:
            raise ConfigurationError(
                f"server.pem and server.key in {folder} cannot be used together: {error}."
            ) from error
        context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    # A client's own certificate is enough to trust it, without the one that signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def trust(context: ssl.SSLContext, certificates: Iterable[str]) -> None:
    """Lets these client certificates through the handshake from now on; each request asks whose it is."""
    for certificate in certificates:
        try:
            context.load_verify_locations(cadata=certificate)
        except ssl.SSLError:
            # One broken certificate must not keep the other clients out.
            log.warning("A client's certificate cannot be read; it is left out.")


@contextmanager
def _folder(home: Path) -> Iterator[Path]:
    """The folder of keys, for one process at a time: the first start must not make two authorities."""
    folder = home / "tls"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    except OSError as error:
        raise ConfigurationError(f"Cannot write in {folder}: {error.strerror}.") from error


def _authority(folder: Path) -> _Authority:
    if not (folder / "ca.pem").exists():
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("mHero gateway authority")
        builder = _unsigned("mHero gateway authority", key, name, AUTHORITY_DAYS, is_authority=True)
        _write_key(folder / "ca.key", key)
        (folder / "ca.pem").write_text(_pem(_signed(builder, key)))
    loaded = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise ConfigurationError(f"{folder / 'ca.key'} is not a key that mHero made.")
    return _Authority(certificate=parsed((folder / "ca.pem").read_text()), key=loaded)


def _ensure_server_certificate(folder: Path, authority: _Authority, names: list[x509.GeneralName]) -> None:
    path = folder / "server.pem"
    if path.exists():
        present = parsed(path.read_text())
        is_ours = present.issuer == authority.certificate.subject
        lasts = present.not_valid_after_utc - now() > timedelta(days=RENEWAL_DAYS)
        # One that an administrator put there is left alone, whatever its date.
        if not is_ours or (lasts and _names_of(present) == names):
            return
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _unsigned("mHero gateway", key, authority.certificate.subject, SERVER_DAYS)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    _write_key(folder / "server.key", key)
    path.write_text(_pem(_signed(builder, authority.key)))


def _names(configuration: Configuration) -> list[x509.GeneralName]:
    public = urlsplit(configuration.gateway_url).hostname or "localhost"
    hosts = dict.fromkeys(["localhost", socket.gethostname(), "127.0.0.1", "::1", public])
    return [_general_name(host) for host in hosts]


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host.encode("idna").decode())


def _names_of(certificate: x509.Certificate) -> list[x509.GeneralName]:
    try:
        return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def _unsigned(
    common_name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    days: int,
    *,
    is_authority: bool = False,
) -> x509.CertificateBuilder:
    at = now()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # An hour back, for clients whose clock is behind.
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    # X.520 allows 64 characters.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return builder.add_extension(authority_key, critical=False).sign(key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pem_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(_pem_key(key))
