"""The command line: its verbs, and what becomes of a wrong word."""

import importlib
import pkgutil
import subprocess
import sys
from importlib.metadata import version

import pytest

from gateway import cli
from gateway.__main__ import _VERBS, main
from tests.house.tree import ROOT


@pytest.mark.parametrize("verb", ["serve", "policy", "audit", "signing-keys", "simulator"])
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


def test_it_says_which_version_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """
    The one that is installed, for whoever reports a fault.
    """
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    expected = f"deepseek-gateway {version('deepseek-gateway')}\n"
    assert (0, expected) == (ended.value.code, capsys.readouterr().out)


def test_no_verb_is_left_out() -> None:
    """
    Every module of the command line that adds a verb is asked to.
    """
    modules = [
        importlib.import_module(f"gateway.cli.{one.name}") for one in pkgutil.iter_modules(cli.__path__)
    ]
    there = {module.__name__ for module in modules if hasattr(module, "add_parser")}
    asked = {verb.__name__ for verb in _VERBS}

    assert there == asked - {"gateway.cli.audit.verb"}


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


@pytest.mark.slow
@pytest.mark.parametrize("words", [("policy", "check"), ("redact", "README.md")])
def test_a_reader_who_has_seen_enough_is_no_fault(words: tuple[str, ...]) -> None:
    """
    As before `head`: no word, and the exit code of others in a pipeline.
    """
    command = [sys.executable, "-m", "gateway", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate(timeout=60)

    assert (141, b"") == (process.returncode, said)


def test_an_argument_in_another_encoding_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """
    It would name nobody: no key, no person and no tenant.
    """
    with pytest.raises(SystemExit) as ended:
        main(["audit", "erase", "--tenant", "acme", "--subject", "m\udcfcller"])

    assert 2 == ended.value.code
    assert "no text in UTF-8" in capsys.readouterr().err
