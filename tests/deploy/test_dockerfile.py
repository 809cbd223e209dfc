"""deploy/Dockerfile and .dockerignore, read where no engine builds them."""

import pytest

from gateway.settings import unknown_settings
from tests.deploy.compose_file import read_compose
from tests.deploy.dockerfile import DOCKERFILE, is_ignored, read_dockerfile, stages_of, values_of
from tests.deploy.image_rules import LAST, image_faults
from tests.house.tree import ROOT


def test_nothing_is_wrong_with_the_image() -> None:
    """
    Stages, sources, locks, user and commands are what they should be.
    """
    assert [] == image_faults(read_dockerfile(), ROOT)


_BROKEN = [
    ("FROM: a stage has no name", "FROM base AS builder", "FROM base"),
    ("FROM: base begins at python:3.14", "python:3.14.10-slim-bookworm AS", "python:3.14 AS"),
    ("FROM: base begins at python:latest", "python:3.14.10-slim-bookworm AS", "python:latest AS"),
    ("FROM: the last stage is not", "FROM base AS gateway", "FROM base AS other"),
    ("COPY: there is no stage maker", "--from=builder", "--from=maker"),
    ("COPY: rules does not exist", "COPY policies", "COPY rules"),
    ("COPY: docs is ignored", "COPY policies", "COPY docs"),
    ("RUN: installs without hashes", "--only-binary :all: -r requirements-image", "-r image"),
    ("RUN: the last stage has what", "RUN install -d", "RUN apt-get install -y tini && install -d"),
    ("RUN: the gateway's environment has a pip", "venv --without-pip", "venv"),
    ("USER: 'root'", "USER 10001:10001", "USER root"),
    ("USER: ''", "USER 10001:10001", ""),
    ("USER: '0:0'", "USER 10001:10001", "USER 0:0"),
    ("ENTRYPOINT", 'ENTRYPOINT ["deepseek-gateway"]', "ENTRYPOINT deepseek-gateway"),
    ("CMD", 'CMD ["serve"]', ""),
    ("HEALTHCHECK", 'CMD ["python", "-P"', "CMD python -P"),
    ("STOPSIGNAL", "STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL"),
    ("ENV: the policies are elsewhere", "GATEWAY_POLICIES=/etc", "GATEWAY_POLICIES=/opt"),
    ("RUN: the state folder is not the user's", "-o 10001", "-o 0"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "old", "new"), _BROKEN, ids=[fault for fault, _, _ in _BROKEN])
def test_each_rule_finds_the_image_that_breaks_it(fault: str, old: str, new: str) -> None:
    """
    A copy with one thing wrong is told by that thing.
    """
    text = DOCKERFILE.read_text("utf-8")
    assert old in text
    found = image_faults(read_dockerfile(text.replace(old, new)), ROOT)

    assert [] != [one for one in found if one.startswith(fault)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("gateway/app.py", False),
        ("gateway/limits/reserve.lua", False),
        ("policies/plans/demo.yaml", False),
        ("gateway/__pycache__/app.cpython-313.pyc", True),
        ("gateway/cli/__pycache__", True),
        ("secrets/admin_key.txt", True),
        (".venv/bin/python", True),
        ("state", True),
    ],
)
def test_only_what_is_named_goes_into_the_build(path: str, *, expected: bool) -> None:
    """
    The list of what is ignored begins with everything.
    """
    assert expected == is_ignored(path, (ROOT / ".dockerignore").read_text("utf-8"))


def test_the_stack_runs_the_image_as_it_is_made() -> None:
    """
    User, state folder, health check and end are the same in both files.
    """
    instructions = read_dockerfile()
    environ = values_of(instructions, LAST, "ENV")
    last = {one.word: one for one in instructions if one.stage == LAST}
    service = read_compose()["services"]["gateway"]
    given = service["environment"]

    assert () == unknown_settings(environ)
    assert {} == {name: value for name, value in environ.items() if given.get(name, value) != value}
    assert last["USER"].text == service["user"]
    assert last["CMD"].words == service["command"]
    assert ["CMD", *_checked(last["HEALTHCHECK"].text)] == service["healthcheck"]["test"]
    assert {"gateway", "builder", "base"} == stages_of(instructions).keys()


def _checked(text: str) -> list[str]:
    words: list[str] = read_dockerfile(f"FROM a AS b\nCMD {text.partition('CMD ')[2]}")[-1].words
    return words
