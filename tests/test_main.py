"""The command line: its verbs, and what becomes of a wrong word."""

import pytest

from gateway.__main__ import main


@pytest.mark.parametrize("verb", ["serve", "policy", "audit", "simulator"])
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """
    `--help` works for each, and ends with 0.
    """
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])

    assert 0 == ended.value.code
    assert f"deepseek-gateway {verb}" in capsys.readouterr().out


def test_the_verbs_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """
    Who asks for help sees what there is.
    """
    with pytest.raises(SystemExit):
        main(["--help"])

    listed = capsys.readouterr().out
    assert all(verb in listed for verb in ("serve", "policy", "simulator"))


@pytest.mark.parametrize("arguments", [[], ["serv"], ["serve", "--port", "80"]])
def test_a_wrong_word_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """
    With 2, as command lines do, and how it ought to be used.
    """
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert 2 == ended.value.code
    assert "usage: deepseek-gateway" in capsys.readouterr().err


def test_the_exit_code_is_the_verbs_own(capsys: pytest.CaptureFixture[str]) -> None:
    """
    A verb that fails ends the process so.
    """
    code = main(["policy", "check", "no/such/folder"])

    assert 0 != code
    assert "no/such/folder" in "".join(capsys.readouterr())
