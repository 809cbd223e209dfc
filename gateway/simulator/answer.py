"""What the simulator says: the same request gets the same words."""

from dataclasses import dataclass, replace

import orjson

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.pieces import is_chinese, shorten, split_text, tokens, weigh, weigh_all
from gateway.simulator.request import ChatRequest
from gateway.simulator.tool_calls import Call, choose_calls

_QUOTED = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in pieces, each of which becomes one delta."""

    reasoning: list[str]
    content: list[str]
    calls: tuple[Call, ...]
    finish_reason: str
    prompt_tenths: int = 0
    hit_tenths: int = 0

    @property
    def reasoning_tokens(self) -> int:
        """Tokens spent on reasoning."""
        return tokens(weigh_all(self.reasoning))

    @property
    def completion_tokens(self) -> int:
        """All tokens generated."""
        called = sum(weigh_all((call.name, *call.fragments)) for call in self.calls)
        return tokens(weigh_all(self.reasoning) + weigh_all(self.content) + called)

    def usage(self) -> dict[str, object]:
        """Return the usage object of the answer."""
        prompt = max(tokens(self.prompt_tenths), 1)
        hit = min(tokens(self.hit_tenths), prompt)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": self.completion_tokens,
            "total_tokens": prompt + self.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": hit},
            "completion_tokens_details": {"reasoning_tokens": self.reasoning_tokens},
            "prompt_cache_hit_tokens": hit,
            "prompt_cache_miss_tokens": prompt - hit,
        }


def compose(request: ChatRequest, asked: str, behaviour: Misbehaviour) -> Answer:
    """Return the answer to a request whose user last said `asked`."""
    calls = choose_calls(request, asked, behaviour)
    reasoning = _reasoning(asked, behaviour) if request.thinks else ""
    content = "" if calls else _content(request, asked, behaviour)
    pieces = split_text(_stop(content, request.stops), behaviour.delta_size)
    if behaviour.deltas is not None and behaviour.text is None and not calls:
        reasoning, pieces = "", _filler(behaviour.deltas, behaviour.delta_size)
    answer = Answer(
        reasoning=split_text(reasoning, behaviour.delta_size),
        content=pieces,
        calls=calls,
        finish_reason="tool_calls" if calls else "stop",
    )
    limited = _limit(answer, request.max_tokens)
    return replace(limited, finish_reason=behaviour.finish_reason) if behaviour.finish_reason else limited


def _reasoning(asked: str, behaviour: Misbehaviour) -> str:
    if behaviour.reasoning is not None:
        return behaviour.reasoning
    if behaviour.echo:
        return asked
    quoted = _quote(asked)
    if is_chinese(asked):
        return f"用户问的是“{quoted}”。简短友好地回答即可。"
    return f'The user says "{quoted}". A short and friendly answer will do.'


def _content(request: ChatRequest, asked: str, behaviour: Misbehaviour) -> str:
    if behaviour.empty or behaviour.text is not None:
        return behaviour.text or ""
    if request.messages[-1].role == "tool":
        return _about_results(request, behaviour)
    if request.wants_json:
        return orjson.dumps({"echo" if behaviour.echo else "asked": asked}).decode()
    if behaviour.echo:
        return asked
    return _greet(asked)


def _greet(asked: str) -> str:
    quoted = _quote(asked)
    if is_chinese(asked):
        return f"你好！你说的是“{quoted}”。我是模拟的 DeepSeek：回答是编的，格式是真的。"  # noqa: RUF001
    return f'Hello! You said "{quoted}". I am a simulated DeepSeek: made-up words in the real format.'


def _about_results(request: ChatRequest, behaviour: Misbehaviour) -> str:
    results: list[str] = []
    for message in reversed(request.messages):
        if message.role != "tool":
            break
        results.insert(0, message.text)
    joined = "\n".join(results)
    if behaviour.echo:
        return joined
    return f"工具的结果是：{joined}" if is_chinese(joined) else f"The tool says: {joined}"  # noqa: RUF001


def _quote(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTED else flat[:_QUOTED] + "…"


def _stop(content: str, stops: list[str]) -> str:
    places = [place for stop in stops if stop and (place := content.find(stop)) >= 0]
    return content[: min(places)] if places else content


def _filler(count: int, size: int | None) -> list[str]:
    if size is None:
        return [f" w{number}" for number in range(count)]
    return [f"{number:>{size}}"[-size:] for number in range(count)]


def _limit(answer: Answer, max_tokens: int | None) -> Answer:
    """Cut the answer where its tokens run out; a tool call that does not fit is cut in its arguments."""
    if max_tokens is None or answer.completion_tokens <= max_tokens:
        return answer
    left = max_tokens * 10
    reasoning = shorten(answer.reasoning, left)
    left -= weigh_all(reasoning)
    content = shorten(answer.content, left)
    left -= weigh_all(content)
    calls: list[Call] = []
    for call in answer.calls:
        left -= weigh(call.name)
        if left <= 0:
            break
        calls.append(Call(call.name, tuple(shorten(list(call.fragments), left))))
        left -= weigh_all(calls[-1].fragments)
    return replace(answer, reasoning=reasoning, content=content, calls=tuple(calls), finish_reason="length")
