"""A policy folder is read whole, with everything that is wrong in it."""

import os
import shutil
from pathlib import Path

import pytest

from gateway.policy.loader import load, policy_files
from tests.policy.folder import a_folder


def test_a_good_folder_becomes_documents(tmp_path: Path) -> None:
    """
    Every document stands under its name, and nothing is wrong.
    """
    documents = load(a_folder(tmp_path), {})

    assert () == documents.errors
    assert documents.models is not None
    assert documents.upstreams is not None
    assert ["basic"] == list(documents.plans)
    assert ["acme"] == list(documents.tenants)
    assert frozenset() == documents.unread


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """
    A missing folder is a mistake with a way out, not a crash.
    """
    documents = load(tmp_path / "gone", {})

    assert [str(tmp_path / "gone")] == [error.file for error in documents.errors]
    assert "GATEWAY_POLICIES" in documents.errors[0].message


@pytest.mark.parametrize(
    ("name", "reason"),
    [("x" * 300, "File name too long"), ("file", "Not a directory"), ("a\0", "no such name")],
)
def test_a_folder_that_shows_nothing_is_named_with_the_reason(tmp_path: Path, name: str, reason: str) -> None:
    """
    What the system says, as of rights that are lacking.
    """
    (tmp_path / "file").touch()

    (error,) = load(tmp_path / name, {}).errors

    assert reason in error.message


@pytest.mark.parametrize("folder", ["plans", "redaction", "tenants"])
def test_a_folder_of_documents_that_cannot_be_read_is_no_empty_one(tmp_path: Path, folder: str) -> None:
    """
    A link of a volume that leads nowhere: "there is no tenant; write one" would be the wrong way out.
    """
    a_folder(tmp_path / "policies")
    shutil.rmtree(tmp_path / "policies" / folder, ignore_errors=True)
    (tmp_path / "policies" / folder).symlink_to(tmp_path / "nowhere")

    documents = load(tmp_path / "policies", {})

    assert [(f"{folder}/", "cannot be read (No such file or directory)")] == [
        (error.file, error.message) for error in documents.errors
    ]
    assert f"{folder}/" in documents.unread


def test_missing_documents_are_named(tmp_path: Path) -> None:
    """
    An empty folder lacks both of the documents that every folder has.
    """
    documents = load(tmp_path, {})

    assert ["models.yaml", "upstreams.yaml"] == sorted(error.file for error in documents.errors)


def test_hidden_files_are_not_read(tmp_path: Path) -> None:
    """
    Swap files of editors and the folders behind a Kubernetes volume are left alone.
    """
    a_folder(tmp_path)
    (tmp_path / "..2026_11_23").mkdir()
    (tmp_path / "..2026_11_23" / "models.yaml").write_text("broken: [")
    (tmp_path / "tenants" / ".acme.yaml").write_text("broken: [")

    assert () == load(tmp_path, {}).errors
    assert 4 == len(policy_files(tmp_path))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("model.yaml", "did you mean 'models.yaml'?"),
        ("tenant/acme.yaml", "did you mean 'tenants'?"),
        ("limits/strict.yaml", "is not read by this version"),
        ("tenants/other.yml", "policy documents end in .yaml"),
    ],
)
def test_a_document_that_nobody_reads_is_refused(tmp_path: Path, file: str, message: str) -> None:
    """
    What stands in the folder is either obeyed or refused.
    """
    a_folder(tmp_path)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("a: 1\n")

    errors = load(tmp_path, {}).errors

    assert [file] == [error.file for error in errors]
    assert message in errors[0].message


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    """
    The byte at fault is named.
    """
    (a_folder(tmp_path) / "models.yaml").write_bytes(b"models: \xff")

    documents = load(tmp_path, {})

    assert [("models.yaml", "byte 8")] == [(error.file, error.key) for error in documents.errors]
    assert frozenset({"models.yaml"}) == documents.unread


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """
    A folder where a file should be, or a dangling link, is an expected mistake.
    """
    a_folder(tmp_path)
    (tmp_path / "tenants" / "odd.yaml").mkdir()
    (tmp_path / "tenants" / "gone.yaml").symlink_to(tmp_path / "nowhere")

    errors = load(tmp_path, {}).errors

    assert ["tenants/gone.yaml", "tenants/odd.yaml"] == sorted(error.file for error in errors)
    assert all("cannot be read" in error.message for error in errors)


def test_a_file_larger_than_any_policy_is_refused(tmp_path: Path) -> None:
    """
    Reading stays bounded, however large it is.
    """
    folder = a_folder(tmp_path)
    (folder / "models.yaml").write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    os.truncate(folder / "upstreams.yaml", 1024**4)

    assert ["models.yaml", "upstreams.yaml"] == [error.file for error in load(tmp_path, {}).errors]


def test_variables_reach_the_documents(tmp_path: Path) -> None:
    """
    A variable may stand for any value, a number too.
    """
    folder = a_folder(tmp_path, plans__basic="plan: basic\nbody_limit_bytes: ${LIMIT}\n")

    documents = load(folder, {"LIMIT": "4096"})

    assert 4096 == documents.plans["basic"].body_limit_bytes


def test_an_unset_variable_is_told_once(tmp_path: Path) -> None:
    """
    What it leaves empty is not told as a second mistake.
    """
    folder = a_folder(tmp_path, plans__basic="plan: basic\nbody_limit_bytes: ${LIMIT}\n")

    documents = load(folder, {})

    assert [("plans/basic.yaml", "body_limit_bytes")] == [
        (error.file, error.key) for error in documents.errors
    ]
    assert "LIMIT" in documents.errors[0].message
    assert {} == documents.plans


def test_mistakes_of_all_files_are_kept(tmp_path: Path) -> None:
    """
    One bad file does not hide another.
    """
    folder = a_folder(
        tmp_path, models="models: [", plans__basic="plan: 7", tenants__acme="tenant: acme\nplann: x"
    )

    files = {error.file for error in load(folder, {}).errors}

    assert {"models.yaml", "plans/basic.yaml", "tenants/acme.yaml"} == files


def test_a_pipe_is_no_document(tmp_path: Path) -> None:
    """
    To open it would wait for a writer, and with it every reload and the end of the process.
    """
    folder = a_folder(tmp_path)
    os.mkfifo(folder / "plans" / "other.yaml")

    errors = load(folder, {}).errors

    assert [("plans/other.yaml", "cannot be read (it is no regular file)")] == [
        (error.file, error.message) for error in errors
    ]
