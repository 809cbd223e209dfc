"""OAuth clients are made once, and known by the hash of their secret."""

from dataclasses import replace
from urllib.parse import quote_plus

from gateway.identity.api_key import digest_of, hash_of
from gateway.identity.clients import find_client, is_minted_secret, mint_client
from tests.fakes.identity_provider import NOW
from tests.fakes.issuing import SECRET, a_client


def test_a_minted_client_is_known_by_its_hash() -> None:
    """
    Id and secret are random, and no library changes them on their way.
    """
    one, two = mint_client(), mint_client()
    secret = one.secret.reveal()

    assert hash_of(secret) == one.hash
    assert len({one.client_id, two.client_id, secret, two.secret.reveal()}) == 4
    assert [19, 63] == [len(one.client_id), len(secret)]
    assert [one.client_id, secret] == [quote_plus(one.client_id), quote_plus(secret)]
    assert secret not in repr(one)


def test_all_randomness_is_asked_for() -> None:
    """
    Five bits of each byte count: 60 for the id, 260 for the secret.
    """
    asked: list[int] = []

    def zeros(count: int) -> bytes:
        asked.append(count)
        return bytes(count)

    assert "client-000000000000" == mint_client(zeros).client_id
    assert [12, 52] == asked


def test_a_minted_secret_is_told_from_one_that_a_person_chose() -> None:
    """
    Only the former cannot be guessed.
    """
    minted = mint_client().secret.reveal()

    shown = [minted, minted[:-1], minted + "0", minted[:-1] + "z", minted + "\n", SECRET, ""]
    assert [True, *[False] * 6] == [is_minted_secret(secret) for secret in shown]


def test_a_client_is_found_by_any_of_its_secrets() -> None:
    """
    While a secret changes, the old and the new one count.
    """
    client = a_client(digests=(digest_of(b"old"), digest_of(b"new")))
    clients = {"shop": client}

    found = [find_client(clients, "shop", (secret,), NOW) for secret in ("old", "new", "none", "")]

    assert [client, client, None, None] == found
    assert client is find_client(clients, "shop", ("%", "new"), NOW)
    assert None is find_client(clients, "else", ("new",), NOW)
    assert None is find_client({}, "shop", ("the secret of nobody",), NOW)
    assert None is find_client(clients, "shop", ("\ud800",), NOW)


def test_a_client_ends_with_its_date_or_its_switch() -> None:
    """
    Neither has a token any more, nor uses one.
    """
    client = a_client(expires_at=NOW + 10)

    assert [True, False] == [client.is_open(NOW + 9.9), client.is_open(NOW + 10)]
    assert not replace(client, disabled=True).is_open(NOW)
    assert None is find_client({"shop": client}, "shop", (SECRET,), NOW + 10)
