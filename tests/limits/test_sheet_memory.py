"""However many users, models and tenants there are, so many sheets are remembered."""

from gateway.limits.limit_terms import limit_terms
from gateway.limits.rules import LimitRules
from gateway.limits.sheet import Sheet
from gateway.limits.sheet_memory import SheetMemory
from gateway.vocabulary.caller import Caller
from tests.fakes.ledgers import requests

RULES = LimitRules(rules=(requests(5, per=("end_user",)),))


def test_users_of_all_models_and_tenants_share_one_bound() -> None:
    """
    A bound for each model of each tenant would be none: a sheet takes some kilobytes.
    """
    memory = SheetMemory(most=50)
    places = [(tenant, model) for tenant in ("acme", "bolt", "care") for model in ("flash", "pro")]

    for tenant, model in places:
        terms = limit_terms(RULES, tenant, "default", model, memory)
        for number in range(200):
            terms.sheet(Caller(tenant, "default", "key_1", "api_key"), f"user-{number}")

    assert len(memory) <= 50


def test_each_has_a_sheet_of_its_own() -> None:
    """
    Though they are remembered together.
    """
    memory = SheetMemory()
    keys = {
        limit_terms(RULES, tenant, project, "m", memory)
        .sheet(Caller(tenant, project, "key_1", "api_key"), user)
        .keys
        for tenant in ("acme", "bolt")
        for project in ("shop", "lab")
        for user in ("ann", "bob")
    }

    # A user is counted for the whole tenant.
    assert 4 == len(keys)
    assert 8 == len(memory)


def test_those_that_were_made_first_make_room() -> None:
    """
    A tenth of them at a time.
    """
    memory = SheetMemory(most=10)
    for number in range(11):
        memory.keep(("acme", "default", "m", "key_1", b"", f"user-{number}"), Sheet("acme", ()))

    found = [memory.find(("acme", "default", "m", "key_1", b"", f"user-{number}")) for number in range(11)]

    assert [0] == [number for number, sheet in enumerate(found) if sheet is None]
