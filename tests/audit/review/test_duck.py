"""The log answers SQL, and SQL reaches nothing but the log."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.audit.catalogue import CATALOGUE, AuditRead, Noticed, Try
from gateway.audit.review.columns import COLUMNS, FIELDS
from gateway.audit.review.duck import LogTable
from gateway.audit.review.question import BadQuestion, Question, select
from gateway.audit.review.sources import files_of
from tests.fakes.audit_logs import WRITER, SmallLog

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> SmallLog:
    """Two tenants, one of which keeps its requests in the house."""
    log = SmallLog(tmp_path_factory.mktemp("duck") / "log")
    log.open()
    log.exchange("req_1", tenant="acme")
    log.exchange("req_2", tenant="bolt", upstream="rack", residency="on_premises")
    log.exchange("req_3", tenant="acme", ending="upstream_broke", status=502, code="upstream_failed")
    log.swear()
    return log


def _ask(log: SmallLog, question: Question, *columns: str) -> list[tuple[object, ...]]:
    with LogTable(files_of([log.folder])) as table:
        return [tuple(row) for row in table.ask(*select(question, columns)).rows]


def test_a_try_that_got_no_connection_let_nothing_out(tmp_path: Path) -> None:
    """
    Though it was one at a server outside; what was sent to another one went there.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    unsent = Try(upstream="hosted", model="m", residency="external", error="upstream_unreachable")
    sent = [Try(upstream=name, model="m", residency=name) for name in ("on_premises", "external")]
    for number, last in enumerate(sent):
        log.exchange(f"req_{number}", tries=(unsent, last))

    found = _ask(log, Question(event="request.completed"), "external", "external_destinations")

    assert [(False, []), (True, ["external"])] == found


def test_a_fact_outside_an_exchange_is_found_by_tenant_and_actor(tmp_path: Path) -> None:
    """
    Its own fields are facts; the column shows them as any other record's.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.record("key.revoked", Noticed(facts={"tenant": "acme", "actor": "cli:jo"}))
    log.record("audit.read", AuditRead(act="query", actor="cli:jo", tenant="bolt"))

    by_tenant = _ask(log, Question(tenant="acme"), "event", "tenant", "actor")
    by_actor = _ask(log, Question(actor="cli:jo"), "event", "tenant")

    assert [("key.revoked", "acme", "cli:jo")] == by_tenant
    assert [("key.revoked", "acme"), ("audit.read", "bolt")] == by_actor


def test_filters_find_what_they_say(log: SmallLog) -> None:
    """
    By tenant, by destination, by what left the house, by request, by time.
    """
    external = _ask(log, Question(external=True), "request_id", "destinations", "event")
    inside = _ask(log, Question(external=False), "request_id", "prompt_tokens")
    rack = _ask(log, Question(destination="rack"), "event", "external")
    broken = _ask(log, Question(tenant="acme", ending="upstream_broke"), "code", "status")

    assert [
        ("req_1", ["deepseek"], "request.completed"),
        ("req_3", ["deepseek"], "request.completed"),
    ] == external
    assert [("req_2", 100)] == inside
    assert [("request.admitted", None), ("request.completed", False)] == rack
    assert [("upstream_failed", 502)] == broken


def test_the_newest_come_when_there_are_too_many(log: SmallLog) -> None:
    """
    Oldest first among them.
    """
    assert [("req_3", 5), ("req_3", 6)] == _ask(log, Question(limit=2), "request_id", "seq")


def test_times_are_written_as_in_the_records(log: SmallLog) -> None:
    """
    UTC, whatever the machine's zone is, and the end of a span is not in it.
    """
    times = [row[0] for row in _ask(log, Question(), "time")]

    span = _ask(log, Question(since=str(times[1]), until=str(times[3])), "time")

    assert str(times[0]).endswith("Z")
    assert times[1:3] == [row[0] for row in span]


def test_a_cut_line_is_left_out_and_counted(log: SmallLog, tmp_path: Path) -> None:
    """
    The last line of a running writer may be unfinished.
    """
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(log.layout.segment(WRITER, 0).read_bytes() + b'{"v":1,"wri')

    with LogTable([copy]) as table:
        counted = table.ask("SELECT count(*) FROM records").rows[0][0]

        assert (7, 1) == (counted, table.unreadable)


def test_parquet_answers_like_json_lines(log: SmallLog, tmp_path: Path) -> None:
    """
    What was exported is searched with the same words, also beside a log.
    """
    target = tmp_path / "out.parquet"
    with LogTable(files_of([log.folder]), writing=tmp_path) as table:
        table.write_parquet("SELECT * FROM records", (), target)

    with LogTable([target]) as kept:
        told = kept.ask("SELECT name, converted_type FROM parquet_schema(?)", [str(target)])

    # A type of its own is bytes for some who read it (Polars).
    assert {("facts", "UTF8"), ("what", "UTF8")} <= set(told.rows)
    with LogTable([target]) as kept, LogTable([target, *files_of([log.folder])]) as both:
        sql = "SELECT * FROM records ORDER BY seq"
        assert 0 == kept.unreadable
        assert 14 == both.ask("SELECT count(*) FROM records").rows[0][0]
        with LogTable(files_of([log.folder])) as table:
            assert table.ask(sql) == kept.ask(sql)


def test_an_export_of_an_earlier_version_is_searched(log: SmallLog, tmp_path: Path) -> None:
    """
    What it has no column for is nothing.
    """
    target = tmp_path / "old.parquet"
    with LogTable(files_of([log.folder]), writing=tmp_path) as table:
        table.write_parquet("SELECT * EXCLUDE other_costs FROM records", (), target)

    with LogTable([target]) as kept:
        found = kept.ask(
            "SELECT DISTINCT tenant, other_costs FROM records WHERE tenant IS NOT NULL ORDER BY 1"
        )

    assert [("acme", None), ("bolt", None)] == list(found.rows)


def test_a_reviewers_own_select_is_answered(log: SmallLog) -> None:
    """
    Up to the limit.
    """
    with LogTable(files_of([log.folder])) as table:
        sheet = table.ask_freely(
            "SELECT tenant, count(*) AS requests FROM records GROUP BY 1 ORDER BY 1; ", 2
        )

    assert (("tenant", "requests"), [("acme", 4), ("bolt", 2)]) == (sheet.columns, list(sheet.rows))


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{log}/x'",
        "SELECT 1; SELECT 2",
        "SET enable_external_access = true",
        "ATTACH '{log}/x.db'",
        "INSTALL httpfs",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_text('{log}/origin')",
        "SELECT * FROM '{log}/checkpoints/00000000.jsonl'",
        "SELECT nothing FROM records",
        "hello",
        "",
        "SELECT 1) TO 'x'; --",
    ],
)
def test_sql_that_is_more_than_a_look_at_the_records_is_refused(log: SmallLog, sql: str) -> None:
    """
    Nothing is written, nothing else is read, nothing is loaded.
    """
    before = sorted(log.folder.rglob("*"))

    with LogTable(files_of([log.folder])) as table, pytest.raises(BadQuestion):
        table.ask_freely(sql.format(log=log.folder), 10)

    assert before == sorted(log.folder.rglob("*"))


def test_what_cannot_be_read_any_more_is_told(tmp_path: Path) -> None:
    """
    A segment that expires in the middle of a search is a reason, and no traceback.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    with LogTable(files_of([log.folder])) as table:
        log.layout.segment(WRITER, 0).unlink()

        with pytest.raises(BadQuestion, match="cannot be run"):
            table.ask("SELECT * FROM records")


def test_what_does_not_fit_into_memory_lies_where_nobody_else_reads(tmp_path: Path) -> None:
    """
    In a folder of the search alone, which is gone after it; not in whatever folder the reader stands.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    with LogTable(files_of([log.folder])) as table:
        [(place,)] = table.ask("SELECT current_setting('temp_directory')").rows
        mode = Path(place).stat().st_mode & 0o777

    assert 0o700 == mode
    assert not Path(place).exists()


def test_every_field_that_is_read_is_one_of_the_catalogue() -> None:
    """
    A field that no record has would be a column that is always empty.
    """
    fields = {name for facts in CATALOGUE.values() for name in facts.__struct_fields__}

    assert set(FIELDS) <= fields | {"time", "event", "writer", "seq"}
    assert {"time", "event", "request_id"} <= set(COLUMNS)


def test_without_duckdb_the_way_out_is_said() -> None:
    """
    The extra is named; nothing else needs it.
    """
    script = (
        "import sys; sys.modules['duckdb'] = None\n"
        "from pathlib import Path\n"
        "from gateway.audit.review.duck import LogTable, NeedsDuckDB\n"
        "try: LogTable([Path('a.jsonl')])\n"
        "except NeedsDuckDB as error: print(error)\n"
    )

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "pip install 'deepseek-gateway[audit]'" in said.stdout
