"""An exchange in words, for somebody who watches a terminal."""

import msgspec
import pytest

from gateway.telemetry.exchange_words import in_words
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import an_attempt, an_outcome

_NOON = 1_800_014_400.0
_REFUSED = an_outcome(attempts=())
_REFUSED = msgspec.structs.replace(
    _REFUSED,
    caller=None,
    model=None,
    status=401,
    code="invalid_credential",
    ending=Ending.REFUSED,
    usage=Usage(),
    first_token_seconds=None,
    total_seconds=0.0004,
)


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (
            an_outcome(attempts=(an_attempt("b"),)),
            "12:00:00  200  acme  deepseek-chat from b  1.500 s, first token 0.250 s  7+5 tokens  req_1\n",
        ),
        (
            an_outcome(attempts=(), cache=CacheUse("hit"), first_token_seconds=None),
            "12:00:00  200  acme  deepseek-chat  1.500 s  7+5 tokens  cache hit  req_1\n",
        ),
        (_REFUSED, "12:00:00  401  nobody  -  0.000 s  invalid_credential  refused  req_1\n"),
        (
            msgspec.structs.replace(_REFUSED, status=None, code=None, ending=Ending.CALLER_LEFT),
            "12:00:00  ---  nobody  -  0.000 s  caller left  req_1\n",
        ),
    ],
)
def test_a_line_says_how_it_went(outcome: Outcome, line: str) -> None:
    """
    What is not known is left out.
    """
    assert line == in_words(outcome, _NOON)
