"""Files become a certificate in force, or are refused with the file and the way out."""

import datetime as dt
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.edge.tls.files import CertificateRejected, TlsFiles
from gateway.edge.tls.identity import read_identity
from tests.fakes.certificates import Authority, Pair

NOW = dt.datetime(2027, 1, 15, tzinfo=dt.UTC)


def files_of(pair: Pair, authorities: Path | None = None) -> TlsFiles:
    """Name the files of a pair for one door."""
    return TlsFiles(pair.certificate, pair.key, (authorities,))


def test_good_files_are_a_certificate_in_force(tmp_path: Path) -> None:
    """
    Its names and its end are known; TLS 1.2 is the floor, and nobody has to show a certificate.
    """
    ends = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    authority = Authority(tmp_path)

    identity = read_identity(files_of(authority.pair("gateway.example", end=ends)), NOW.timestamp())

    (context,) = identity.contexts
    assert (("gateway.example",), ends) == (identity.names, identity.ends)
    assert (ssl.TLSVersion.TLSv1_2, ssl.CERT_NONE) == (context.minimum_version, context.verify_mode)


def test_every_cipher_is_forward_secret_and_authenticated(tmp_path: Path) -> None:
    """
    A key that leaks later opens nothing that was recorded.
    """
    identity = read_identity(files_of(Authority(tmp_path).pair("127.0.0.1")), NOW.timestamp())

    ciphers = identity.contexts[0].get_ciphers()

    assert ciphers
    assert [] == [one["name"] for one in ciphers if not one["aead"]]
    assert {"kx-ecdhe", "kx-any"} == {one["kea"] for one in ciphers}


def test_each_door_may_demand_certificates_of_its_own(tmp_path: Path) -> None:
    """
    One demands them, the other does not; who comes back has to show one again.
    """
    authority = Authority(tmp_path)
    pair = authority.pair("localhost")
    files = TlsFiles(pair.certificate, pair.key, (authority.ca_file, None))

    demanding, open_to_all = read_identity(files, NOW.timestamp()).contexts

    assert (ssl.CERT_REQUIRED, ssl.CERT_NONE) == (demanding.verify_mode, open_to_all.verify_mode)
    assert (0, 2) == (demanding.num_tickets, open_to_all.num_tickets)


@pytest.mark.parametrize("is_key_first", [True, False])
def test_one_file_may_hold_both(tmp_path: Path, *, is_key_first: bool) -> None:
    """
    Certificate and key in one file are fine in either order, if others cannot read it.
    """
    pair = Authority(tmp_path).pair("localhost")
    parts = [pair.key.read_bytes(), pair.certificate.read_bytes()]
    pair.key.write_bytes(b"".join(parts if is_key_first else reversed(parts)))

    identity = read_identity(TlsFiles(pair.key, pair.key), NOW.timestamp())

    assert ("localhost",) == identity.names


def _lock(pair: Pair) -> None:
    key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"a password"),
    )
    pair.key.write_bytes(locked)


def _mix_up(pair: Pair) -> None:
    other = Authority(pair.key.parent, "other.pem").pair("localhost", "other")
    pair.key.write_bytes(other.key.read_bytes())


@pytest.mark.parametrize(
    ("spoil", "file", "problem"),
    [
        (lambda pair: pair.certificate.unlink(), "certificate", "cannot be read (No such file or directory)"),
        (lambda pair: pair.key.unlink(), "key", "cannot be read (No such file or directory)"),
        (lambda pair: pair.certificate.write_text("nothing"), "certificate", "has no certificate in it"),
        (lambda pair: pair.certificate.write_bytes(b""), "certificate", "has no certificate in it"),
        (lambda pair: pair.certificate.write_bytes(pair.key.read_bytes()), "certificate", "has no certif"),
        (lambda pair: pair.key.write_text("nothing"), "key", "has no private key in it"),
        (lambda pair: pair.key.write_bytes(pair.certificate.read_bytes()), "key", "has no private key in it"),
        (lambda pair: pair.key.write_bytes(pair.key.read_bytes()[:100]), "key", "has no private key in it"),
        (lambda pair: pair.key.chmod(0o644), "key", "may be used by everybody on this machine (mode 644)"),
        (_lock, "key", "is locked with a password"),
        (_mix_up, "key", "is not the key of"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(
    tmp_path: Path, spoil: Callable[[Pair], object], file: str, problem: str
) -> None:
    """
    The message begins with the file and says what is wrong with it.
    """
    pair = Authority(tmp_path).pair("localhost")
    spoil(pair)

    with pytest.raises(CertificateRejected) as caught:
        read_identity(files_of(pair), NOW.timestamp())

    assert str(caught.value).startswith(f"{getattr(pair, file)} {problem}")


def test_a_key_that_a_group_may_read_is_fine(tmp_path: Path) -> None:
    """
    Secrets of containers are often given so.
    """
    pair = Authority(tmp_path).pair("localhost")
    pair.key.chmod(0o640)

    assert ("localhost",) == read_identity(files_of(pair), NOW.timestamp()).names


@pytest.mark.parametrize(
    ("start", "end", "problem"),
    [
        (dt.timedelta(days=-9), dt.timedelta(seconds=0), "expired at 2027-01-15T00:00:00+00:00. Renew it."),
        (dt.timedelta(seconds=1), dt.timedelta(days=9), "is not valid before 2027-01-15T00:00:01+00:00."),
    ],
)
def test_a_certificate_has_its_time(
    tmp_path: Path, start: dt.timedelta, end: dt.timedelta, problem: str
) -> None:
    """
    Not before, and not in the second in which it ends.
    """
    pair = Authority(tmp_path).pair("localhost", start=NOW + start, end=NOW + end)

    with pytest.raises(CertificateRejected) as caught:
        read_identity(files_of(pair), NOW.timestamp())

    assert problem in str(caught.value)


def test_an_authority_of_clients_has_to_be_one_and_valid(tmp_path: Path) -> None:
    """
    A client's own certificate in its place would let nobody in, and so would an old one.
    """
    authority = Authority(tmp_path)
    pair = authority.pair("localhost")
    old = Authority(tmp_path, "old.pem", end=NOW - dt.timedelta(days=1))
    missing = tmp_path / "missing.pem"
    problems = []

    for authorities in (pair.certificate, old.ca_file, missing):
        with pytest.raises(CertificateRejected) as caught:
            read_identity(replace(files_of(pair), client_authorities=(authorities,)), NOW.timestamp())
        problems.append(str(caught.value))

    assert [f"{pair.certificate} has no c", f"{old.ca_file} has no c", f"{missing} cannot be"] == [
        problem[: len(str(path)) + 9 + (path == missing)]
        for problem, path in zip(problems, (pair.certificate, old.ca_file, missing), strict=True)
    ]


def test_names_that_cannot_be_read_are_a_mistake_like_any_other(tmp_path: Path) -> None:
    """
    OpenSSL takes such a certificate: an address of three bytes in it shows when its names are asked for.
    """
    good = Authority(tmp_path).pair("localhost")
    key = serialization.load_pem_private_key(good.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, bytes.fromhex("3005 8703 010203"))
    bad = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + dt.timedelta(days=9))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    good.certificate.write_bytes(bad.public_bytes(serialization.Encoding.PEM))

    with pytest.raises(CertificateRejected, match=r"has extensions that cannot be read\. Issue it anew"):
        read_identity(files_of(good), NOW.timestamp() + 5)
