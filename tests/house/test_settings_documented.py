"""README.md lists the settings, no more and no less."""

import re

from tests.house.tree import ROOT, modules

_SETTING = re.compile(r"\bGATEWAY_[A-Z]+(?:_[A-Z]+)*\b")


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    """
    The environment variables of the code are those of the README's table.
    """
    used = {name for module in modules() for name in _SETTING.findall((ROOT / module).read_text())}
    table = re.findall(r"^\| `GATEWAY_.*$", (ROOT / "README.md").read_text(), re.MULTILINE)

    documented = {name for row in table for name in _SETTING.findall(row.split(" | ")[0])}

    # Every secret NAME can come from a file, named by NAME_FILE.
    assert {name for name in used if name.removesuffix("_FILE") not in used - {name}} == documented


def test_every_variable_of_the_shipped_policies_is_explained() -> None:
    """
    What the shipped policies read from the environment stands in docs/policies.md.
    """
    policies = (ROOT / "policies").rglob("*.yaml")
    read = {name for path in policies for name in re.findall(r"\$\{([A-Z_]+)", path.read_text())}
    explained = (ROOT / "docs/policies.md").read_text()

    assert read
    assert [] == sorted(name for name in read if f"`{name}`" not in explained)
