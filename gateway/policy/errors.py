"""What is wrong with a set of policy documents."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class PolicyError:
    """
    One mistake: the file under the policy folder, the key in it, and the way out.

    `key` is a path such as `projects.app.keys[0].hash`, or a line where the
    text cannot be read as YAML. `message` never quotes the value of a variable.
    """

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.key, self.message) if part)


class PolicyRejected(Exception):
    """A set of documents that does not become a book; holds every mistake, not the first."""

    def __init__(self, errors: Iterable[PolicyError]) -> None:
        self.errors = tuple(sorted(set(errors)))
        super().__init__("\n".join(map(str, self.errors)))


class PolicyUndecided(PolicyRejected):
    """A set of documents that is not known to be bad: what a book needs cannot be had at the moment."""
