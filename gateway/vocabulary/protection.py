"""What was done about private data in an exchange: facts without a value in them."""

import msgspec

from gateway.vocabulary.residency import Clearance


class Protection(msgspec.Struct, frozen=True):
    """
    What one profile did with one request.

    `counts` are findings by kind and action. `clearance` is how far the
    request could go. `unreadable` counts images, sounds and files, and
    `unreadable_bytes` their size as far as it was sent along. `blocked` names
    the kinds of value that refused the request, `failure` says why it could
    not be looked through (`error`, `time` or `size`).

    Of the answer: how many tokens were `restored`, how many looked like one
    and stood for nothing (`unknown`), and `answer_counts` of new private data.
    """

    profile: str
    clearance: Clearance
    counts: tuple[tuple[str, str, int], ...] = ()
    unreadable: int = 0
    unreadable_bytes: int = 0
    blocked: tuple[str, ...] = ()
    failure: str | None = None
    restored: int = 0
    unknown: int = 0
    answer_counts: tuple[tuple[str, str, int], ...] = ()
