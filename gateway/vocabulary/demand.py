"""What an exchange asks of the limits, what it used, and what it was granted."""

from collections.abc import Mapping

import msgspec

_NO_COSTS: Mapping[str, int] = {}


class Amounts(msgspec.Struct, frozen=True):
    """
    What an exchange may at most consume, or what it did consume, in whole units.

    `costs` are micro-units of each currency (a millionth of a dollar or yuan).
    `context_tokens` is a rough size of prompt and answer together, which no
    ledger counts.
    """

    requests: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    costs: Mapping[str, int] = _NO_COSTS
    context_tokens: int = 0


ONE_REQUEST = Amounts()
NOTHING = Amounts(requests=0)
