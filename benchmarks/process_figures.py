"""What the kernel says of a process and its children: CPU time and resident memory (Linux)."""

from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def family(pid: int) -> list[int]:
    """Return this process and all that descend from it."""
    members = [pid]
    for member in members:
        for children in (_PROC / str(member) / "task").glob("*/children"):
            members += [int(child) for child in children.read_text().split()]
    return members


def cpu_seconds(pid: int) -> float:
    """
    Return the CPU time, user and system, of a process tree.

    `schedstat` counts nanoseconds for each living thread; `stat` would count
    ticks of 10 ms.
    """
    return sum(own_cpu_seconds(member) for member in family(pid))


def own_cpu_seconds(pid: int) -> float:
    """Return the CPU time of one process, its children left out."""
    threads = (_PROC / str(pid) / "task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def sockets_of(pid: int) -> int:
    """Return how many sockets a process has open."""
    count = 0
    for link in (_PROC / str(pid) / "fd").iterdir():
        # It may have been closed since it was listed.
        with suppress(FileNotFoundError):
            count += str(link.readlink()).startswith("socket:")
    return count


def resident_bytes(pid: int) -> int:
    """Return what a process tree holds in memory now."""
    return _status_bytes(pid, "VmRSS")


def forget_peak(pid: int) -> None:
    """Let the peak of a process tree begin anew at what it holds now (proc(5): `clear_refs`)."""
    for member in family(pid):
        (_PROC / str(member) / "clear_refs").write_text("5")


def peak_resident_bytes(pid: int) -> int:
    """Return the most that the processes of a tree held in memory, ever or since it was forgotten."""
    return _status_bytes(pid, "VmHWM")


def _status_bytes(pid: int, name: str) -> int:
    total = 0
    for member in family(pid):
        for line in (_PROC / str(member) / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                total += int(line.split()[1]) * 1024
    return total
