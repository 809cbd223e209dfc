"""`deepseek-gateway audit` has its acts."""

import pytest

from gateway.__main__ import main
from gateway.cli.audit.verb import ACTS


def test_every_act_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """
    `--help` works for each, and ends with 0.
    """
    for act in ACTS:
        name = act.__name__.rpartition(".")[2].replace("_", "-")
        with pytest.raises(SystemExit) as ended:
            main(["audit", name, "--help"])

        assert 0 == ended.value.code
        assert f"deepseek-gateway audit {name}" in capsys.readouterr().out


def test_an_act_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    """
    Without one the acts are listed.
    """
    with pytest.raises(SystemExit) as ended:
        main(["audit"])

    assert 2 == ended.value.code
    assert "ACT" in capsys.readouterr().err
