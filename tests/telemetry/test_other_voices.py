"""What libraries, warnings and threads say."""

import subprocess
import sys

import orjson

_PROGRAM = """
import asyncio, logging, sys, threading, warnings
from gateway.telemetry.event_log import EventLog
from gateway.telemetry.other_voices import overhear

def fall(text):
    raise ValueError(text)

class Falling:
    def __del__(self):
        fall("private words")

async def main():
    asyncio.get_running_loop().call_soon(fall, "private words")
    await asyncio.sleep(0)

overhear(EventLog(sys.stderr))
logging.getLogger("uvicorn.error").warning("private %s", "words")
logging.getLogger("uvicorn.error").info("private words")
warnings.warn("private words")
asyncio.run(main())
thread = threading.Thread(target=fall, args=("private words",))
thread.start()
thread.join()
Falling()
fall("private words")
"""


def test_who_spoke_and_where_is_told_and_nothing_of_what_was_said() -> None:
    """
    A library, a warning, a callback, a thread, a destructor, and what ends the process: a line each.
    """
    ended = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, check=False)

    lines = [orjson.loads(line) for line in ended.stderr.splitlines()]
    assert b"private" not in ended.stderr + ended.stdout
    assert 1 == ended.returncode
    assert [
        ("overheard", "uvicorn.error", None),
        ("overheard", "UserWarning", None),
        ("overheard", "asyncio", "ValueError"),
        ("fault", None, "ValueError"),
        ("fault", None, "ValueError"),
        ("fault", None, "ValueError"),
    ] == [(line["event"], line.get("who"), line.get("error")) for line in lines]
    assert {"warning", "error"} == {line["level"] for line in lines}
