"""Limits of a key are read like those of a plan."""

from typing import Any

import pytest

from gateway.policy.key_limits import vet_key_limits


@pytest.mark.parametrize("section", [[{"kind": "luck"}], {"rules": [{"kind": "luck"}]}, "many", 5])
def test_what_would_not_be_kept_is_named(section: Any) -> None:
    """
    Never trusted, never passed over.
    """
    assert [] != list(vet_key_limits(section))
