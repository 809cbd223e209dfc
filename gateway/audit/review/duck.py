"""DuckDB's one door: the log as a table that SQL can ask."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from gateway.audit.review.columns import COLUMNS, FIELDS
from gateway.audit.review.question import BadQuestion
from gateway.audit.review.sheet import Sheet

_MEMORY = "1GB"
_ROWS_AT_ONCE = 5_000
_JSON = tuple(name for name, kind in FIELDS.items() if kind == "JSON")


class NeedsDuckDB(Exception):
    """Searching needs DuckDB, which is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Searching the log needs DuckDB, which is not installed: pip install 'deepseek-gateway[audit]'. "
            "Verifying and proving work without it."
        )


class LogTable:
    """
    The records of some files as the table `records`, for as long as the block lasts.

    JSON lines and Parquet files of `audit export` may be mixed. A line that
    cannot be read (the last one of a running writer may be cut) is left out
    and counted in `unreadable`. Nothing but these files can be reached from
    SQL, and nothing can be written unless the table was opened for `writing`
    to a folder. What does not fit into its memory lies in a folder of its own meanwhile.
    """

    def __init__(self, files: Sequence[Path], *, writing: Path | None = None, threads: int = 2) -> None:
        self._files = [file.resolve() for file in files]
        library = _duckdb()
        self._spill = TemporaryDirectory(prefix="deepseek-gateway-")
        self._connection = library.connect(
            config={
                "threads": threads,
                "memory_limit": _MEMORY,
                "autoinstall_known_extensions": False,
                "temp_directory": self._spill.name,
            }
        )
        self._connection.execute(f"CREATE VIEW records AS {self._source()}")
        self._shut_in(writing)

    def __enter__(self) -> Self:
        """Begin to ask."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the files."""
        self._connection.close()
        self._spill.cleanup()

    @property
    def unreadable(self) -> int:
        """How many lines are no JSON."""
        if not (lines := self._lines()):
            return 0
        found = self._connection.execute(
            f"SELECT count(*) FROM {_objects(lines)} WHERE event IS NULL"  # noqa: S608 - quoted by us
        ).fetchone()
        return int(found[0]) if found else 0

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> Sheet:
        """Return what SQL of our own finds."""
        columns, rows = self.read(sql, parameters)
        return Sheet(columns, list(rows))

    def read(
        self, sql: str, parameters: Sequence[Any] = ()
    ) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """Return the columns of what SQL of our own finds, and its rows while they are read."""
        with _told():
            found = self._connection.execute(sql, list(parameters))
        return tuple(column[0] for column in found.description or ()), _rows_of(found)

    def ask_freely(self, sql: str, limit: int) -> Sheet:
        """Return what a reviewer's own SELECT finds; raise `BadQuestion` for anything else."""
        library = _duckdb()
        with _told():
            statements = self._connection.extract_statements(sql)
        if [library.StatementType.SELECT] != [one.type for one in statements]:
            raise BadQuestion("--sql takes one SELECT over the table `records`, and nothing else.")
        return self.ask(f"SELECT * FROM ({statements[0].query.rstrip().rstrip(';')}\n) LIMIT {limit}")  # noqa: S608 - a SELECT, shut in

    def write_parquet(self, sql: str, parameters: Sequence[Any], target: Path) -> None:
        """Write what SQL finds to a Parquet file, with JSON as text: not everybody reads the type for it."""
        texts = ", ".join(f"{name}::VARCHAR AS {name}" for name in _JSON)
        plain = f"SELECT * REPLACE ({texts}) FROM ({sql})"  # noqa: S608 - names and SQL of our own
        with _told():
            self._connection.execute(
                f"COPY ({plain}) TO {_quoted(target.resolve())} (FORMAT parquet, COMPRESSION zstd)",
                list(parameters),
            )

    def _source(self) -> str:
        selects: list[str] = []
        if lines := self._lines():
            columns = ", ".join(f'{sql} AS "{name}"' for name, sql in COLUMNS.items())
            selects.append(f"SELECT {columns} FROM {_objects(lines)} WHERE event IS NOT NULL")  # noqa: S608 - quoted by us
        if kept := [file for file in self._files if file.suffix == ".parquet"]:
            names = ", ".join(f'"{name}"{"::JSON" * (name in _JSON)} AS "{name}"' for name in COLUMNS)
            # An export of an earlier version has no such column.
            none = f"SELECT NULL::{FIELDS['other_costs']} AS other_costs WHERE false"
            found = (
                f"SELECT * FROM read_parquet({_list(kept)}, union_by_name = true) UNION ALL BY NAME {none}"  # noqa: S608 - quoted by us
            )
            selects.append(f"SELECT {names} FROM ({found})")  # noqa: S608 - as above
        if not selects:
            raise BadQuestion("There are no records to search: no .jsonl and no .parquet file was found.")
        return " UNION ALL ".join(selects)

    def _lines(self) -> list[Path]:
        return [file for file in self._files if file.suffix == ".jsonl"]

    def _shut_in(self, writing: Path | None) -> None:
        self._connection.execute(f"SET allowed_paths = {_list(self._files)}")
        if writing is not None:
            self._connection.execute(f"SET allowed_directories = {_list([writing.resolve()])}")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")


@contextmanager
def _told() -> Iterator[None]:
    """Let what DuckDB cannot do be a question that cannot be asked, with the reason and the way out."""
    library = _duckdb()
    try:
        yield
    except library.Error as error:
        why = str(error).splitlines()[0].rstrip(".!")
        if isinstance(error, library.OperationalError):
            # It ran out of memory or disk.
            raise BadQuestion(
                f"The search cannot be run: {why}. Ask for a shorter time, or again."
            ) from error
        columns = (
            f" `records` has: {', '.join(COLUMNS)}." if isinstance(error, library.BinderException) else ""
        )
        raise BadQuestion(f"The SQL cannot be run: {why}.{columns}") from error


def _rows_of(found: Any) -> Iterator[tuple[Any, ...]]:
    with _told():
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            for row in rows:
                yield tuple(map(_plain, row))


def _objects(files: Sequence[Path]) -> str:
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in FIELDS.items())
    how = f"format = 'newline_delimited', columns = {{{types}}}, ignore_errors = true"
    return f"read_json({_list(files)}, {how})"


def _plain(cell: Any) -> Any:
    """Write a time as records do; the column has no zone, because a zoned one would need another library."""
    return f"{cell.isoformat(timespec='microseconds')}Z" if isinstance(cell, datetime) else cell


def _list(files: Sequence[Path]) -> str:
    return f"[{', '.join(map(_quoted, files))}]"


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"


def _duckdb() -> Any:
    try:
        import duckdb  # noqa: PLC0415 - it is an extra, and 60 MB
    except ImportError as error:
        raise NeedsDuckDB from error
    return duckdb
