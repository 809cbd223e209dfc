"""The benchmarks run from end to end and report everything; how fast it is, is not asked here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.scanning import HOSTILE, PROMPT_GOALS, PROMPTS

_ROOT = Path(__file__).resolve().parents[2]
_WHOM = ("one worker", "2 workers")


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_quick_run_reports_every_measure(tmp_path: Path) -> None:
    """
    No request is lost, and table and file have the rows of all measures with their goals.
    """
    command = [sys.executable, "-m", "benchmarks", "--quick", "--results", str(tmp_path)]

    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert (0, "") == (done.returncode, done.stderr if done.returncode else "")
    [kept] = tmp_path.glob("*.json")
    rows = json.loads(kept.read_text())["rows"]
    with_goals = {(row["measure"], row["what"]) for row in rows if row["goal"] is not None}
    assert {
        ("json", "gateway / echo"),
        ("sse", "gateway / passthrough"),
        ("streams", "100 streams of 128 deltas: lost"),
        ("streams", "never at once with the others, counted at the upstream"),
        ("streams", "gateway, peak"),
        ("aborts", "400 callers left: not served before"),
        ("aborts", "until the last was cut"),
        ("aborts", "more than before"),
        ("audit", "both records of a request, all threads"),
        ("audit", "strict adds for 16 at once, median"),
        ("limits", "four limits in Redis, 32 callers"),
        ("limits", "scripts for each exchange, one of them waited for"),
        ("limits", "four limits in memory"),
        ("cache", "a hit from memory / echo"),
        ("cache", "a hit from Redis / echo"),
        ("cache", "a miss adds, memory"),
        ("cache", "a miss adds, Redis"),
        ("cache", "a miss, the cache's own share"),
        ("cache", "a kept answer / its own bytes"),
        ("identity", "a known API key"),
        ("identity", "a token seen before (EdDSA)"),
        ("identity", "a token seen before (RS256)"),
        ("review", "verifying a log, each record"),
        ("review", "filtering a million records in Parquet"),
        ("review", "summing a million records in Parquet"),
        ("review", "finding one request among them"),
        ("restoring", "each delta without a placeholder"),
        ("restoring", "each delta of placeholders alone"),
        ("restoring", "the known ones' share of it"),
        *(
            ("redaction", f"{engine}: 1 KB prompt, {language}")
            for engine in PROMPT_GOALS
            for language in PROMPTS
        ),
        *(("redaction", f"{engine}: each KB of {name}") for engine in PROMPT_GOALS for name in HOSTILE),
        ("keys", "a known key, each request"),
        ("keys", "the same among 100000 keys"),
        ("keys", "many / few"),
        ("keys", "100000 keys in memory"),
        ("workers", "busier of two / one"),
        ("workers", "furthest from an even share, in points"),
        ("dense", "longest turn, sealing 9,000 numbers in one text"),
        ("dense", "longest turn, last look at 9,000 numbers in one text"),
        ("dense", "longest turn, sealing 9,000 numbers in as many messages"),
        ("dense", "longest turn, last look at 9,000 numbers in as many messages"),
        ("dense", "longest turn, sealing 9,000 addresses in one text"),
        ("dense", "longest turn, last look at 9,000 addresses in one text"),
        ("dense", "longest turn, sealing 3,000 records in one text"),
        ("dense", "longest turn, last look at 3,000 records in one text"),
        ("dense", "longest turn, screening 100,000 characters"),
        ("dense", "longest turn, restoring them"),
        ("tls", "a piece of 250 bytes out"),
        ("tls", "a question of 1 KB in"),
        ("tls", "a handshake (TLS 1.3, P-256)"),
        ("telemetry", "all three"),
        ("telemetry", "a delta, counted"),
        ("telemetry", "to write that page"),
        ("telemetry", "its longest turn of the event loop"),
        *(("telemetry", f"a scrape of {whom} while others are answered") for whom in _WHOM),
        *(("telemetry", f"an answer of {whom}, p99, with scrapes more than without") for whom in _WHOM),
    } == with_goals
    assert [row["what"] for row in rows if row["what"] not in done.stdout] == []
