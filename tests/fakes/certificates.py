"""A certificate authority that lives as long as one test run."""

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
END = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)

# From Python 3.13 on clients demand to the letter what RFC 5280 says of an authority.
_SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The files of a certificate and of its key."""

    certificate: Path
    key: Path

    @property
    def serial(self) -> str:
        """The certificate's number, as Python shows it to a client."""
        digits = f"{x509.load_pem_x509_certificate(self.certificate.read_bytes()).serial_number:X}"
        return digits.zfill(len(digits) + len(digits) % 2)

    def become(self, other: "Pair") -> None:
        """Put another certificate and its key in the place of these, each whole, as renewals do."""
        for old, new in ((self.certificate, other.certificate), (self.key, other.key)):
            draft = old.with_suffix(".draft")
            draft.write_bytes(new.read_bytes())
            draft.chmod(new.stat().st_mode)
            draft.replace(old)


class Authority:
    """Sign certificates, and tell where the own one can be read."""

    def __init__(self, folder: Path, file: str = "ca.pem", *, end: dt.datetime = END) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{file} of {folder.name}"[:64])])
        certificate = (
            self._draft(self._name, self._key, START, end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_SIGNS, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.ca_file = folder / file
        self.ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def pair(
        self, name: str, file: str | None = None, *, start: dt.datetime = START, end: dt.datetime = END
    ) -> Pair:
        """Write a certificate for this host name or address, and its key, readable by their owner alone."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            self._draft(x509.Name([]), key, start, end)
            .add_extension(x509.SubjectAlternativeName([_subject(name)]), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        pair = Pair(self._folder / f"{file or name}.crt", self._folder / f"{file or name}.key")
        pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        pair.key.touch(mode=0o600)
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return pair

    def server_context(self, name: str) -> ssl.SSLContext:
        """Return the context of a server whose certificate is for this host name or address."""
        pair = self.pair(name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        return context

    def client_context(self, pair: Pair | None = None) -> ssl.SSLContext:
        """Return the context of a client who believes this authority alone, and shows this certificate."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        if pair is not None:
            context.load_cert_chain(pair.certificate, pair.key)
        return context

    def _draft(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, start: dt.datetime, end: dt.datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
        )


def _subject(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
