"""What a door shows its callers: read from files, checked, and ready for handshakes."""

import datetime as dt
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from gateway.edge.tls.files import CertificateRejected, TlsFiles

# Forward secret and authenticated, which every client of the last ten years has; TLS 1.3 has nothing else.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
_OTHERS = 0o007
# Extensions are read when they are asked for.
_UNREADABLE = (ValueError, x509.DuplicateExtension)


@dataclass(frozen=True, slots=True)
class DoorIdentity:
    """A certificate in force: a context for each door, the names it is for, and when it ends."""

    contexts: tuple[ssl.SSLContext, ...]
    names: tuple[str, ...]
    ends: dt.datetime


def read_identity(files: TlsFiles, now_seconds: float) -> DoorIdentity:
    """Return what these files make; raise `CertificateRejected` for the first that cannot be used now."""
    now = dt.datetime.fromtimestamp(now_seconds, dt.UTC)
    certificate = _read_certificates(files.certificate)[0]
    _check_dates(files.certificate, certificate, now)
    _check_key(files, certificate)
    contexts = tuple(_context(files, authorities, now) for authorities in files.client_authorities)
    return DoorIdentity(contexts, _names(files.certificate, certificate), certificate.not_valid_after_utc)


def _context(files: TlsFiles, client_authorities: Path | None, now: dt.datetime) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    try:
        # A password would be asked for at the terminal.
        context.load_cert_chain(files.certificate, files.key, password="")
    except (OSError, ValueError) as error:
        raise CertificateRejected(
            files.certificate, f"cannot be used with {files.key} ({_reason(error)}). Issue both anew."
        ) from error
    if client_authorities is not None:
        _demand_certificates(context, client_authorities, now)
    return context


def _demand_certificates(context: ssl.SSLContext, authorities: Path, now: dt.datetime) -> None:
    known = _read_certificates(authorities)
    if not any(_is_authority(one) and one.not_valid_after_utc > now for one in known):
        raise CertificateRejected(
            authorities,
            "has no certificate of an authority that is still valid. "
            "Name the file of the authority that signs your clients' certificates.",
        )
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=b"".join(one.public_bytes(Encoding.DER) for one in known))
    # Who comes back is looked at again: a session that is resumed would outlive its certificate. Over TLS 1.2
    # OpenSSL remembers some for two hours all the same, though never beyond this very context.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0


def _read(path: Path) -> tuple[bytes, int]:
    """Return what is in a file, and who may use it."""
    try:
        return path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise CertificateRejected(
            path, f"cannot be read ({error.strerror}). Name a PEM file that the gateway may read."
        ) from error


def _read_certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path)[0])
    except ValueError as error:
        raise CertificateRejected(path, "has no certificate in it. Name a PEM file with one.") from error


def _check_dates(path: Path, certificate: x509.Certificate, now: dt.datetime) -> None:
    starts, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now >= ends:
        raise CertificateRejected(path, f"expired at {ends.isoformat()}. Renew it.")
    if now < starts:
        raise CertificateRejected(
            path, f"is not valid before {starts.isoformat()}. Check the clock, or wait."
        )


def _check_key(files: TlsFiles, certificate: x509.Certificate) -> None:
    path = files.key
    content, mode = _read(path)
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError as error:
        raise CertificateRejected(
            path, "is locked with a password. Write it without one, readable by the gateway alone."
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateRejected(path, "has no private key in it. Name a PEM file with one.") from error
    if mode & _OTHERS:
        raise CertificateRejected(
            path, f"may be used by everybody on this machine (mode {mode & 0o777:o}). Use `chmod o= {path}`."
        )
    if _form(key.public_key()) != _form(certificate.public_key()):
        raise CertificateRejected(
            path,
            f"is not the key of {files.certificate}. Put the two that belong together there; "
            "in a chain the server's own certificate comes first.",
        )


def _form(key: object) -> bytes:
    found: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return found


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return False


def _names(path: Path, certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    except _UNREADABLE as error:
        raise CertificateRejected(path, "has extensions that cannot be read. Issue it anew.") from error
    addresses = found.get_values_for_type(x509.IPAddress)
    return (*found.get_values_for_type(x509.DNSName), *map(str, addresses))


def _reason(error: Exception) -> str:
    return getattr(error, "reason", None) or type(error).__name__
