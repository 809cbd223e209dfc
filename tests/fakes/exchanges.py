"""Exchanges that a test drives step by step, without a pipeline."""

from gateway.foundation.clock import FakeClock
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.wire.frames import Frame, FrameSink
from tests.fakes.builders import a_caller, a_chat_request, a_target, an_arrival


class Source:
    """A source that counts its closings."""

    def __init__(self) -> None:
        self.closings = 0

    async def pour(self, sink: FrameSink) -> None:
        """Give nothing."""

    def close(self) -> None:
        """Count."""
        self.closings += 1


class Exchange:
    """An exchange under way, driven step by step on a fake clock."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.log = ExchangeLog(an_arrival(received_at=self.clock.monotonic()), self.clock)
        self.source = Source()

    def be_identified(self) -> "Exchange":
        """The caller is known and the request was read."""
        self.log.caller, self.log.policy_version, self.log.model = a_caller(), "v1", "deepseek-chat"
        # Ten characters of English: three tokens.
        self.log.body = a_chat_request(content="0123456789").body
        return self

    def be_sent(self, name: str = "first") -> "Exchange":
        """An upstream is asked."""
        self.be_identified()
        self.log.began(a_target(name))
        return self

    def be_answered(self, *frames: Frame) -> "Exchange":
        """The upstream has answered so far."""
        self.be_sent()
        self.log.source = self.source
        self.log.status = 200
        for frame in frames:
            self.clock.advance(1)
            self.log.meter.feed(frame)
            if not self.log.frames:
                self.log.content_began()
            self.log.frames += 1
        return self
