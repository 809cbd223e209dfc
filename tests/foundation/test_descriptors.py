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
