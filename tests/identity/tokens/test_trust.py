"""Claims say who calls, as far as policy lets them."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from gateway.identity.refusals import CallerDisabled
from gateway.identity.scopes import NOTHING
from gateway.identity.tokens.key_set import KeySet
from gateway.identity.tokens.refusals import InvalidToken, TokenExpired, TokenUnmapped
from gateway.identity.tokens.token import SentToken
from gateway.identity.tokens.trust import Issuer, Issuers, KeysAt, Trust, Verdict, accept, claim
from gateway.vocabulary.caller import Caller
from tests.fakes.identity_provider import AUDIENCE, ISSUER, NOW, claims_of

_TRUST = Trust(
    tenant="acme",
    audience=frozenset({AUDIENCE}),
    algorithms=frozenset({"RS256"}),
    types=frozenset({"at+jwt"}),
    projects=frozenset({"default", "shop"}),
)


def _accept(*trusts: Trust, algorithm: str = "RS256", kind: str = "at+jwt", **claims: Any) -> Verdict:
    token = SentToken(algorithm, "k1", kind, claims_of(**claims), b"", b"")
    return accept(token, Issuer(ISSUER, KeySet(), trusts or (_TRUST,)), NOW)


def test_a_good_token_has_a_caller_until_it_expires() -> None:
    """
    The tenant of the trust, the default project, the client's id; good for the leeway longer.
    """
    mark = hashlib.sha256(f"{ISSUER}\n".encode()).hexdigest()[:8]
    expected = Caller("acme", "default", "shop-app", "jwt", frozenset(), "user-7", issuer=mark)

    assert Verdict(expected, NOW + 3630) == _accept()


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"exp": NOW - 30}, TokenExpired),
        ({"exp": None}, InvalidToken),
        ({"exp": "tomorrow"}, InvalidToken),
        ({"exp": True}, InvalidToken),
        ({"exp": 10**400}, InvalidToken),
        ({"nbf": NOW + 31}, InvalidToken),
        ({"iat": NOW + 31}, InvalidToken),
        ({"nbf": [NOW]}, InvalidToken),
        ({"aud": "api://another"}, InvalidToken),
        ({"aud": None}, InvalidToken),
        ({"aud": []}, InvalidToken),
        ({"aud": {AUDIENCE: 1}}, InvalidToken),
        ({"aud": AUDIENCE + "/"}, InvalidToken),
        ({"aud": [[AUDIENCE]]}, InvalidToken),
    ],
)
def test_a_token_that_is_not_for_here_and_now_is_refused(
    claims: dict[str, Any], refusal: type[InvalidToken]
) -> None:
    """
    Time and audience have to be there and to fit, and have to be times and texts.
    """
    with pytest.raises(refusal):
        _accept(**claims)


def test_a_caller_carries_what_narrows_everyone_of_this_issuer() -> None:
    """
    Models, limits and cache, for the rooms that read them.
    """
    trust = replace(_TRUST, models=("m",), limits=b"[]", cache=b'{"enabled":false}')

    caller = _accept(trust).caller

    assert (("m",), b"[]", b'{"enabled":false}') == (caller.models, caller.limits, caller.cache)


def test_the_leeway_is_for_clocks_that_differ() -> None:
    """
    Up to it a token is good although it just ended or has not quite begun.
    """
    verdict = _accept(exp=NOW - 29.5, nbf=NOW + 30, iat=NOW + 30)

    assert NOW + 0.5 == verdict.good_until


def test_type_and_algorithm_are_those_of_the_tenant() -> None:
    """
    An id token is no access token, and one tenant's choice of algorithm is not another's.
    """
    with pytest.raises(InvalidToken):
        _accept(kind="jwt")
    with pytest.raises(InvalidToken):
        _accept(kind="")
    with pytest.raises(InvalidToken):
        _accept(algorithm="ES256")

    assert "acme" == _accept(replace(_TRUST, types=frozenset({"jwt"})), kind="jwt").caller.tenant


def test_required_claims_tell_tenants_apart() -> None:
    """
    One issuer of several tenants: the token goes where its claims say, and nowhere if they do not say.
    """
    acme = replace(_TRUST, required=(("tid", "a"),))
    other = replace(_TRUST, tenant="other", required=(("groups", "o"), ("tid", "b")))

    assert "acme" == _accept(acme, other, tid="a").caller.tenant
    assert "other" == _accept(acme, other, tid="b", groups=["x", "o"]).caller.tenant
    strangers: list[dict[str, Any]] = [
        {},
        {"tid": "b"},
        {"tid": "c", "groups": ["o"]},
        {"tid": ["a", "b"], "groups": "o"},
    ]
    for claims in strangers:
        with pytest.raises(TokenUnmapped):
            _accept(acme, other, **claims)


def test_a_token_may_name_its_project() -> None:
    """
    By the claim that policy names; one that names none gets the default, one that names a stranger's nothing.
    """
    trust = replace(_TRUST, project_claim="https://acme.test/team", project="shop")

    def stating(project: object) -> str:
        claims: dict[str, Any] = {"https://acme.test/team": project}
        return _accept(trust, **claims).caller.project

    assert ["shop", "default"] == [stating(None), stating("default")]
    strangers: list[object] = ["research", 7, ["shop"], ""]
    for stated in strangers:
        with pytest.raises(TokenUnmapped):
            stating(stated)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, set(NOTHING)),
        ({"scp": "chat admin:keys"}, {"chat"}),
        ({"scp": ["chat", "models", 3]}, {"chat", "models"}),
        ({"scp": {"chat": True}}, set(NOTHING)),
    ],
)
def test_a_token_has_no_scope_that_policy_does_not_lend_it(
    claims: dict[str, Any], expected: set[str]
) -> None:
    """
    What the token carries and policy permits, both.
    """
    trust = replace(_TRUST, scopes_claim="scp", scopes=frozenset({"chat", "models"}))

    assert expected == _accept(trust, **claims).caller.scopes


def test_without_a_scopes_claim_policy_alone_says() -> None:
    """
    Every token of the issuer has the scopes of the trust.
    """
    assert {"chat"} == _accept(replace(_TRUST, scopes=frozenset({"chat"})), scope="x").caller.scopes


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"client_id": "c1"}, "c1"),
        ({"azp": None, "appid": "a1"}, "a1"),
        ({"azp": "x" * 65, "appid": "a1"}, "a1"),
        ({"azp": "with blank", "appid": "\u4e2d"}, "sub-"),
        ({"azp": None}, "sub-"),
        ({"azp": None, "sub": None}, "sub-"),
        ({"azp": "user-7@acme.test"}, "app-"),
        ({"azp": "user-7@acme.test", "sub": "user-8"}, "app-"),
    ],
)
def test_a_credential_id_never_shows_a_person(claims: dict[str, Any], expected: str) -> None:
    """
    The client's own id, unless that is a mail address; else a digest of the subject.
    """
    found = _accept(**claims).caller.credential_id

    assert found.startswith(expected)
    assert "user-7" not in found


@pytest.mark.parametrize("user", [None, 7, "", "x" * 300, "a\x00b", "line\nbreak"])
def test_a_user_that_is_no_plain_name_is_nobody(user: object) -> None:
    """
    What goes into records is printable and bounded.
    """
    assert _accept(sub=user).caller.user is None


def test_a_blocked_bearer_is_let_in_no_more() -> None:
    """
    By any claim that policy names; the others of its issuer are not concerned. Who it is can be written down.
    """
    trust = replace(_TRUST, blocked=frozenset({("sub", "user-7"), ("groups", "leavers")}))

    for claims in ({"sub": "user-7"}, {"sub": "user-8", "groups": ["staff", "leavers"]}):
        with pytest.raises(CallerDisabled) as refused:
            _accept(trust, **claims)
        assert (403, "caller_disabled") == (refused.value.status, refused.value.code)
        assert claims["sub"] == (refused.value.caller and refused.value.caller.user)
    assert "user-8" == _accept(trust, sub="user-8").caller.user


@pytest.mark.parametrize(
    ("stated", "written"),
    [(42, "42"), ([7, 42], "42"), (True, "true"), (False, "false"), (4.5, "4.5"), (-1, "-1")],
)
def test_a_claim_that_is_no_text_is_named_as_it_is_written(stated: object, written: str) -> None:
    """
    Policy writes texts alone: without this, nobody could be blocked by a number.
    """
    required = replace(_TRUST, required=(("staff", written),))

    with pytest.raises(CallerDisabled):
        _accept(replace(_TRUST, blocked=frozenset({("staff", written)})), staff=stated)
    assert "acme" == _accept(required, staff=stated).caller.tenant
    for other in (None, {written: 1}, [[stated]], written + " "):
        with pytest.raises(TokenUnmapped):
            _accept(required, staff=other)


def test_a_claim_may_lie_deeper() -> None:
    """
    A name is tried as it stands, then as a path.
    """
    claims = {"a.b": 1, "a": {"b": 2, "c": {"d": 3}}}

    assert [1, 3, None, None] == [claim(claims, name) for name in ("a.b", "a.c.d", "a.x", "a.b.c.d")]


def test_an_issuer_is_found_by_its_very_name() -> None:
    """
    Neither a longer nor a shorter one, nor what is no name.
    """
    place = KeysAt(ISSUER, None, 60.0)
    issuers = Issuers([Issuer(ISSUER, place, (_TRUST,)), Issuer("https://b.test", KeySet(), ())])

    assert ISSUER == getattr(issuers.find(ISSUER), "name", None)
    strangers: list[object] = [ISSUER + "/", ISSUER[:-1], None, [ISSUER], {}]
    assert [None] * 5 == [issuers.find(name) for name in strangers]
    assert (2, frozenset({place})) == (len(issuers), issuers.places)
