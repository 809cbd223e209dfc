"""Which profile belongs to whom, and what a document may not name."""

from pathlib import Path

import pytest

from gateway.policy.book import PolicyBook
from gateway.policy.compiler import compile_book
from gateway.policy.errors import PolicyRejected
from gateway.policy.loader import load
from gateway.policy.profiles import ENTITIES, compile_profiles, profile_for, vet_profiles
from gateway.policy.servers import Surroundings
from gateway.redaction.placeholders import shape_of
from gateway.redaction.rules import ProfileDocument, RedactionRules
from gateway.redaction.scanners import finder_for
from gateway.redaction.secret_kinds import is_secret
from gateway.vocabulary.caller import Caller
from tests.house.tree import ROOT
from tests.policy.folder import GOOD, a_folder

MINE, STRICT = "profile: mine\n", "profile: strict\ndefault: block\n"
PLAN = "plan: basic\nredaction: {profile: mine}\n"
ACME = GOOD["tenants/acme.yaml"]


def compiled(path: Path, **changes: str) -> PolicyBook:
    folder = a_folder(path, **{"redaction__mine": MINE, "redaction__strict": STRICT} | changes)
    return compile_book(load(folder, {}), Surroundings(finder_for=finder_for))


def mistakes(path: Path, **changes: str) -> list[tuple[str, str, str]]:
    with pytest.raises(PolicyRejected) as rejected:
        compiled(path, **changes)
    return [(error.file, error.key, error.message) for error in rejected.value.errors]


def test_a_plan_names_the_profile_of_its_tenants(tmp_path: Path) -> None:
    """
    Every project and model gets it with its terms.
    """
    book = compiled(tmp_path, plans__basic=PLAN)

    terms = book.terms(Caller("acme", "app", "k", "api_key"), "deepseek-flash")
    assert terms.redaction is not None
    assert "mine" == terms.redaction.name


def test_without_a_profile_private_data_passes(tmp_path: Path) -> None:
    """
    A plan that says nothing has none.
    """
    terms = compiled(tmp_path).terms(Caller("acme", "app", "k", "api_key"), "deepseek-flash")

    assert terms.redaction is None


def test_a_tenant_and_a_project_may_name_a_stricter_one(tmp_path: Path) -> None:
    """
    The nearest word counts.
    """
    tenant = ACME.replace("  app:\n", "  app:\n    redaction: {profile: strict}\n")
    book = compiled(tmp_path, plans__basic=PLAN, tenants__acme=tenant)

    found = [
        book.terms(Caller("acme", project, "k", "api_key"), "deepseek-flash").redaction
        for project in ("app", "default")
    ]
    assert ["strict", "mine"] == [profile.name for profile in found if profile is not None]


def test_nobody_below_the_plan_may_hide_less(tmp_path: Path) -> None:
    """
    The mistake names what would be hidden less.
    """
    plan = "plan: basic\nredaction: {profile: strict}\n"

    weaker = mistakes(tmp_path / "a", plans__basic=plan, tenants__acme=ACME + "redaction: {profile: mine}\n")
    none = mistakes(tmp_path / "b", plans__basic=plan, tenants__acme=ACME + "redaction: {profile: none}\n")

    assert [("tenants/acme.yaml", "redaction")] == [error[:2] for error in weaker]
    assert "'mine' may only be stricter than 'strict', and hides less of: " in weaker[0][2]
    assert "hides less of: all of it" in none[0][2]


def test_a_profile_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """
    With the nearest one that is; also where it is named for some models.
    """
    plan = "plan: basic\nredaction: {profile: mein, models: {deepseek-*: strickt}}\n"

    found = mistakes(tmp_path, plans__basic=plan)

    assert [
        (
            "plans/basic.yaml",
            "redaction.models.deepseek-*",
            "no profile 'strickt' in redaction/; did you mean 'strict'?",
        ),
        ("plans/basic.yaml", "redaction.profile", "no profile 'mein' in redaction/; did you mean 'mine'?"),
    ] == sorted(found)


def test_a_profile_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    """
    Its file and key are told.
    """
    text = "profile: mine\nentities: {SECRET_API_KEY: {action: pseudonymise}, MAIL: {action: mask}}\n"

    found = mistakes(tmp_path, redaction__mine=text)

    assert [
        ("redaction/mine.yaml", "entities.MAIL"),
        ("redaction/mine.yaml", "entities.SECRET_API_KEY.action"),
    ] == sorted(error[:2] for error in found)


def test_a_profile_is_named_like_its_file(tmp_path: Path) -> None:
    """
    As every document is.
    """
    found = mistakes(tmp_path, redaction__mine="profile: yours\n")

    assert ("redaction/mine.yaml", "profile") in [error[:2] for error in found]


@pytest.mark.parametrize(
    ("model", "expected"), [("deepseek-v4-pro", "strict"), ("deepseek-flash", "mine"), ("x", None)]
)
def test_some_models_may_have_another_profile(model: str, expected: str | None) -> None:
    """
    The first name that fits decides; `none` is no profile.
    """
    documents = {name: ProfileDocument(profile=name) for name in ("mine", "strict")}
    profiles = compile_profiles(documents, finder_for)
    rules = RedactionRules(profile="none", models={"*-pro": "strict", "deepseek-*": "mine"})

    profile = profile_for(model, rules, profiles)

    assert expected == (profile.name if profile is not None else None)


def test_there_are_kinds_of_value_to_speak_of() -> None:
    """
    Those that the recognisers look for.
    """
    assert {"PHONE", "EMAIL", "CN_RESIDENT_ID", "PAYMENT_CARD", "SECRET_API_KEY"} <= set(ENTITIES)


def test_no_placeholder_could_be_the_beginning_of_another() -> None:
    """
    Whatever kinds of value there are.
    """
    shapes = [shape_of(entity) for entity in ENTITIES]

    assert [] == [(one.head, other.head) for one in shapes for other in shapes if one.hides(other)]


def test_the_shipped_profiles_name_every_secret_they_would_not_redact() -> None:
    """
    In none of them a secret comes back, and all of them can be kept.
    """
    folder = ROOT / "policies"
    documents = load(folder, {}).redaction

    profiles = compile_profiles(documents, finder_for)

    assert {"baseline", "customer-service", "finance", "healthcare", "strict"} == set(profiles)
    assert not any(
        profile.handling(entity).action.restores
        for profile in profiles.values()
        for entity in ENTITIES
        if is_secret(entity)
    )


def test_a_houses_own_words_are_hidden_and_may_have_rules(tmp_path: Path) -> None:
    """
    Their kinds are kinds like all others.
    """
    text = "profile: mine\ndictionaries: {PROJECT: [Aurora]}\nentities: {PROJECT: {action: block}}\n"

    book = compiled(tmp_path, plans__basic=PLAN, redaction__mine=text)

    profile = book.terms(Caller("acme", "app", "k", "api_key"), "deepseek-flash").redaction
    assert profile is not None
    assert ["PROJECT"] == [span.entity for span in profile.finder.scan("about Aurora")]
    assert profile.handling("PROJECT").action.blocks


def test_a_model_that_cannot_be_loaded_keeps_the_old_policies(tmp_path: Path) -> None:
    """
    It is a mistake of the document, with its file and key.
    """
    found = mistakes(tmp_path, redaction__mine="profile: mine\nmodel: {folder: /nowhere}\n")

    assert [("redaction/mine.yaml", "model", "the model folder /nowhere is not there")] == found


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ("{'deepseek-*': mine, deepseek-chat: strict}", ["redaction.models.deepseek-chat"]),
        ("{'*': none, 'deepseek-*': mine, deepseek-chat: mine}", ["redaction.models.deepseek-chat"]),
        ("{deepseek-chat: strict, 'deepseek-*': mine}", []),
        ("{'deepseek-*': mine, deepseek-chat: mine}", []),
        ("{'deepseek-*': mine, 'deepseek-v?': strict}", []),
        ("{'a[b]': mine}", []),
    ],
)
def test_a_profile_behind_one_that_fits_its_model_is_refused(
    tmp_path: Path, models: str, expected: list[str]
) -> None:
    """
    It would never be used, and who wrote it believes that the strict one is.
    """
    documents = load(
        a_folder(
            tmp_path,
            redaction__mine=MINE,
            redaction__strict=STRICT,
            plans__basic=f"plan: basic\nredaction: {{models: {models}}}",
        ),
        {},
    )

    assert expected == [error.key for error in vet_profiles(documents)]
