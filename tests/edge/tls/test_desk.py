"""A renewed certificate takes the place of the one in force, or is rejected with the file at fault."""

import datetime as dt
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.edge.tls.desk import CertificateDesk
from gateway.edge.tls.files import CertificateRejected, TlsFiles
from gateway.foundation.clock import FakeClock
from gateway.foundation.file_watcher import FileWatcher
from gateway.vocabulary.notice import Notice
from tests.fakes.certificates import Authority, Pair
from tests.fakes.spies import SpyListener
from tests.fakes.tls_peer import acquainted

ENDS = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)


class Place:
    """A desk, its files, and what it told."""

    def __init__(self, folder: Path, *, demanding: bool = False) -> None:
        self.folder = folder
        self.authority = Authority(folder)
        self.pair = self.authority.pair("localhost", end=ENDS)
        self.clients = folder / "clients.pem"
        self.clients.write_bytes(self.authority.ca_file.read_bytes())
        self.ear = SpyListener()
        files = TlsFiles(self.pair.certificate, self.pair.key, (self.clients if demanding else None,))
        self.desk = CertificateDesk(files, FakeClock(), [self.ear])

    @property
    def context(self) -> ssl.SSLContext:
        """What the next caller is shown."""
        return self.desk.entrances[0].context


def test_a_renewed_pair_counts_for_the_next_handshake(tmp_path: Path) -> None:
    """
    The context is exchanged whole, the end is the new one, and everyone is told.
    """
    place = Place(tmp_path)
    before = place.context
    later = ENDS + dt.timedelta(days=90)
    place.pair.become(place.authority.pair("localhost", "new", end=later))

    assert place.desk.reload()

    assert place.context is not before
    assert later.timestamp() == place.desk.expiry_seconds()
    assert [Notice("tls.reloaded", {"names": "localhost", "until": later.isoformat()})] == place.ear.notices


@pytest.mark.parametrize(
    ("spoil", "file"),
    [
        (lambda pair: pair.certificate.write_text("half of"), "certificate"),
        (lambda pair: pair.key.chmod(0o604), "key"),
        (lambda pair: pair.key.unlink(), "key"),
    ],
)
def test_a_bad_pair_keeps_the_old_one_in_force(
    tmp_path: Path, spoil: Callable[[Pair], object], file: str
) -> None:
    """
    The notice names the file, what is wrong, and until when the old one is good.
    """
    place = Place(tmp_path)
    before = place.context
    spoil(place.pair)

    assert not place.desk.reload()

    (notice,) = place.ear.notices
    assert before is place.context
    assert ("tls.rejected", ENDS.isoformat()) == (notice.kind, notice.facts["kept_until"])
    assert str(notice.facts["error"]).startswith(str(getattr(place.pair, file)))


def test_a_pair_that_was_rejected_is_tried_until_it_can_be_used(tmp_path: Path) -> None:
    """
    The way out that the notice names, chmod, changes no file, and a first day comes by itself.
    """
    place = Place(tmp_path)
    later = ENDS + dt.timedelta(days=90)
    place.pair.become(place.authority.pair("localhost", "new", end=later))
    place.pair.key.chmod(0o604)
    watcher = FileWatcher(
        lambda: [place.pair.certificate, place.pair.key],
        lambda: place.desk.reload(tells_again=False),
        is_undecided=lambda: place.desk.is_undecided,
    )
    place.desk.reload()
    place.desk.reload()
    for _ in range(12):
        watcher.look()

    place.pair.key.chmod(0o600)
    for _ in range(12):
        watcher.look()

    assert later.timestamp() == place.desk.expiry_seconds()
    assert ["tls.rejected", "tls.rejected", "tls.reloaded"] == [one.kind for one in place.ear.notices]


def test_half_a_renewal_is_rejected_and_the_whole_one_taken(tmp_path: Path) -> None:
    """
    Between the two files of a renewal the old pair serves.
    """
    place = Place(tmp_path)
    new = place.authority.pair("localhost", "new")
    place.pair.certificate.write_bytes(new.certificate.read_bytes())
    half = place.desk.reload()
    place.pair.key.write_bytes(new.key.read_bytes())

    whole = place.desk.reload()

    assert (False, True) == (half, whole)
    assert ["tls.rejected", "tls.reloaded"] == [notice.kind for notice in place.ear.notices]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_of_a_removed_authority_is_not_let_in_by_an_old_session(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    """
    What was remembered of earlier visits is forgotten with the old context.
    """
    place = Place(tmp_path, demanding=True)
    client = place.authority.client_context(place.authority.pair("a client"))
    client.maximum_version = version
    _, before = acquainted(place.context, client)
    place.clients.write_bytes(Authority(tmp_path, "new.pem").ca_file.read_bytes())

    assert place.desk.reload()

    with pytest.raises(ssl.SSLError) as caught:
        acquainted(place.context, client, before.session.session)
    assert "CERTIFICATE_VERIFY_FAILED" == caught.value.reason


@pytest.mark.parametrize("demanding", [False, True])
def test_a_demanded_certificate_is_shown_at_every_visit(tmp_path: Path, *, demanding: bool) -> None:
    """
    Sessions are resumed, which is quicker, but not where they would stand for a certificate.
    """
    place = Place(tmp_path, demanding=demanding)
    client = place.authority.client_context(place.authority.pair("a client"))
    session, peer = acquainted(place.context, client)
    peer.hear(session.encrypt(b"hello"))

    _, again = acquainted(place.context, client, resumed=peer.session.session)

    assert (not demanding) is again.session.session_reused


def test_results_of_all_doors_are_added_up(tmp_path: Path) -> None:
    """
    By their word.
    """
    authority = Authority(tmp_path)
    pair = authority.pair("localhost")
    desk = CertificateDesk(TlsFiles(pair.certificate, pair.key, (None, authority.ca_file)), FakeClock())
    for entrance in desk.entrances:
        entrance.count("done")
    desk.entrances[1].count("no_client_certificate")

    assert {("done",): 2, ("no_client_certificate",): 1} == desk.results()


def test_a_desk_without_a_good_pair_is_not_made(tmp_path: Path) -> None:
    """
    The start is refused.
    """
    with pytest.raises(CertificateRejected):
        CertificateDesk(TlsFiles(tmp_path / "no.crt", tmp_path / "no.key"), FakeClock())


def test_an_unknown_client_is_refused_by_the_authority_that_counts(tmp_path: Path) -> None:
    """
    A certificate is not enough: it has to be of an authority that the operator named.
    """
    place = Place(tmp_path, demanding=True)
    stranger = Authority(tmp_path, "stranger.pem").pair("a stranger")
    client = place.authority.client_context(stranger)

    with pytest.raises(ssl.SSLError) as caught:
        acquainted(place.context, client)

    assert "CERTIFICATE_VERIFY_FAILED" == caught.value.reason


def test_a_greeting_of_tls_1_1_is_refused(tmp_path: Path) -> None:
    """
    The caller is told that it is the version.
    """
    place = Place(tmp_path)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises(ssl.SSLError) as caught:
        acquainted(place.context, old)

    assert "UNSUPPORTED_PROTOCOL" == caught.value.reason
