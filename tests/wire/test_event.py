"""An event of a protocol whose events have types."""

from gateway.wire.event import event
from gateway.wire.sse import SseSplitter, data_of


def test_an_event_is_named_before_its_data_and_in_it() -> None:
    """
    Line breaks in its texts are escaped, so it is one event to whoever splits.
    """
    raw = event("said", text="a\n\nb")

    assert b'event: said\ndata: {"type":"said","text":"a\\n\\nb"}\n\n' == raw
    assert [raw] == SseSplitter().feed(raw)
    assert b'{"type":"said","text":"a\\n\\nb"}' == data_of(raw)
