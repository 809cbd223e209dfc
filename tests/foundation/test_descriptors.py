"""How many sockets this process may hold."""

import subprocess
import sys

_PROGRAM = """
import resource
from gateway.foundation.descriptors import raise_descriptor_limit

hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
print(raise_descriptor_limit() == hard == resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def test_a_process_takes_all_it_may() -> None:
    """
    In a process of its own, because the limit holds for the whole process.
    """
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)

    assert "True\n" == done.stdout


_CLOSED = """
import os
for number in (0, 1, 2):
    os.close(number)
from gateway.foundation.descriptors import occupy_standard_streams
occupy_standard_streams()
import sys
print("nobody reads this", file=sys.stderr)
sys.exit(os.open(os.devnull, os.O_RDONLY))
"""


def test_a_standard_stream_that_is_closed_is_nobody_elses() -> None:
    """
    What is opened later has another number.
    """
    done = subprocess.run([sys.executable, "-c", _CLOSED], check=False)

    assert 3 <= done.returncode
