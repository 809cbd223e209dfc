"""What tenants say about issuers becomes one table, or mistakes with file, key and way out."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.identity.tokens.key_set import KeySet
from gateway.identity.tokens.trust import Issuer, KeysAt
from gateway.policy.compiler import compile_book
from gateway.policy.errors import PolicyRejected
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from tests.fakes.identity_provider import AUDIENCE, ISSUER, Signer, key_set_of
from tests.policy.folder import a_folder

_ISSUER: dict[str, Any] = {"issuer": ISSUER, "audience": [AUDIENCE]}


def _tenant(name: str, *issuers: dict[str, Any], **fields: Any) -> str:
    document = {"tenant": name, "plan": "basic", "residency": "external", "issuers": list(issuers)}
    return str(yaml.safe_dump(document | {"projects": {"app": {}}} | fields))


def _issuer(folder: Path, name: str = ISSUER, **documents: str) -> Issuer:
    book = compile_book(load(a_folder(folder, **documents), {}), Surroundings())
    found = book.keyring.issuers.find(name)
    assert found is not None
    return found


def _mistakes(folder: Path, **documents: str) -> list[str]:
    with pytest.raises(PolicyRejected) as rejected:
        compile_book(load(a_folder(folder, **documents), {}), Surroundings())
    return [str(error) for error in rejected.value.errors]


def test_an_issuer_needs_no_more_than_its_name_and_an_audience(tmp_path: Path) -> None:
    """
    The rest is what RFC 9068 and most issuers do.
    """
    issuer = _issuer(tmp_path, tenants__acme=_tenant("acme", _ISSUER))

    assert KeysAt(ISSUER, None, 86_400.0) == issuer.keys
    (trust,) = issuer.trusts
    assert "acme" == trust.tenant
    assert [{AUDIENCE}, {"RS256"}, {"at+jwt"}] == [trust.audience, trust.algorithms, trust.types]
    assert {"default", "app"} == trust.projects
    assert {"RS256"} == issuer.algorithms


def test_everything_about_an_issuer_can_be_said(tmp_path: Path) -> None:
    """
    Types are compared in one form, keys may stand in the document.
    """
    stated = _ISSUER | {
        "algorithms": ["RS256", "ES256"],
        "types": ["JWT", "application/at+jwt", "absent"],
        "jwks": key_set_of(Signer(), Signer("e", "ES256")),
        "require": {"tid": "7", "aud2": "x"},
        "block": {"oid": ["a", "b"], "azp": ["c"]},
        "claims": {"user": "oid", "project": "team", "scopes": "scp"},
        "project": "app",
        "scopes": ["chat"],
        "models": ["deepseek-*"],
        "leeway_seconds": 5,
        "cache": {"enabled": False},
    }

    issuer = _issuer(tmp_path, tenants__acme=_tenant("acme", stated))

    (trust,) = issuer.trusts
    assert isinstance(issuer.keys, KeySet)
    assert {"jwt", "at+jwt", ""} == trust.types
    assert (("aud2", "x"), ("tid", "7")) == trust.required
    assert {("oid", "a"), ("oid", "b"), ("azp", "c")} == trust.blocked
    assert ("oid", "team", "scp", "app", frozenset({"chat"}), ("deepseek-*",), 5.0) == (
        trust.user_claim,
        trust.project_claim,
        trust.scopes_claim,
        trust.project,
        trust.scopes,
        trust.models,
        trust.leeway_seconds,
    )
    assert b'"enabled":false' in trust.cache


def test_tenants_share_an_issuer_by_the_claims_they_require(tmp_path: Path) -> None:
    """
    Each has its own trust in the one issuer.
    """
    issuer = _issuer(
        tmp_path,
        tenants__acme=_tenant("acme", _ISSUER | {"require": {"tid": "a"}}),
        tenants__other=_tenant("other", _ISSUER | {"require": {"tid": "b"}, "algorithms": ["ES256"]}),
    )

    assert ["acme", "other"] == [trust.tenant for trust in issuer.trusts]
    assert {"RS256", "ES256"} == issuer.algorithms


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"issuer": "login.acme.test"}, "issuer: must be the https URL"),
        ({"issuer": "http://login.acme.test"}, "issuer: is not https"),
        ({"issuer": "http://localhost.evil.test"}, "issuer: is not https"),
        ({"jwks_url": "http://keys.test"}, "jwks_url: is not https"),
        ({"audience": []}, "audience: is empty"),
        ({"audience": AUDIENCE}, "audience: must be a list"),
        ({"algorithms": []}, "algorithms: is empty"),
        ({"algorithms": ["HS256"]}, "algorithms[0]: must be one of: RS256"),
        ({"algorithms": ["none"]}, "algorithms[0]: must be one of: RS256"),
        ({"types": []}, "types: is empty"),
        ({"jwks": {"keys": []}}, "jwks: has no signature key"),
        ({"jwks": {}}, "jwks: is no JWK Set"),
        ({"jwks": key_set_of(Signer()), "jwks_url": ISSUER}, "jwks: stands beside jwks_url"),
        ({"jwks": key_set_of(Signer()), "algorithms": ["ES256"]}, "algorithms: none of the keys"),
        ({"project": "ap"}, "project: no project 'ap' of this tenant; did you mean 'app'?"),
        ({"require": {"tid": 7}}, "require.tid: must be a text"),
        ({"claims": {"scope": "x"}}, "claims.scope: unknown key; did you mean 'scopes'?"),
        ({"scopes": ["a b"]}, "scopes[0]: must be a scope"),
        ({"scopes": ["chat:wriet"]}, "scopes[0]: 'chat:wriet' is no scope; did you mean 'chat'?"),
        ({"limits": {"rules": [{"kind": "nonsense"}]}}, "limits.rules[0]"),
        ({"leeway_seconds": 1000}, "leeway_seconds: must be a number of seconds from 0 to 300"),
    ],
)
def test_a_mistake_is_refused_with_its_place(tmp_path: Path, change: dict[str, Any], expected: str) -> None:
    """
    A bad document never becomes a gap in who is let in.
    """
    (mistake, *_) = _mistakes(tmp_path, tenants__acme=_tenant("acme", _ISSUER | change))

    assert mistake.startswith(f"tenants/acme.yaml: issuers[0].{expected}")


def test_a_loopback_issuer_may_be_without_tls(tmp_path: Path) -> None:
    """
    For trying it out on one machine.
    """
    for name in ("http://localhost:9000/realm", "http://127.0.0.1", "http://[::1]/x"):
        stated = _ISSUER | {"issuer": name}
        assert name == _issuer(tmp_path, name, tenants__acme=_tenant("acme", stated)).name


def test_those_who_share_an_issuer_agree_on_its_keys(tmp_path: Path) -> None:
    """
    One issuer has one set of keys and one grace, and its tokens have to be told apart.
    """
    mistakes = _mistakes(
        tmp_path,
        tenants__acme=_tenant("acme", _ISSUER | {"require": {"tid": "a"}}),
        tenants__other=_tenant("other", _ISSUER | {"jwks_url": ISSUER + "/keys", "grace_seconds": 5}),
    )

    place = "tenants/other.yaml: issuers[0]"
    assert [
        f"{place}.grace_seconds: {ISSUER} has another grace in tenants/acme.yaml: issuers[0]",
        f"{place}.jwks_url: {ISSUER} has other keys in tenants/acme.yaml: issuers[0]",
        f"{place}.require: {ISSUER} is believed 2 times",
    ] == [mistake.partition(";")[0] for mistake in mistakes]
