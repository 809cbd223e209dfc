"""What looking for private data costs, in this process: ordinary prompts, and texts made to be slow."""

import time
from collections.abc import Callable

from benchmarks.measures import Finding, Row, Scale
from benchmarks.stage import Stage
from gateway.redaction.engines.choice import EngineName
from gateway.redaction.scanner import Scanner, Wanted

PROMPT_GOALS: dict[EngineName, float] = {"hyperscan": 35.0, "python": 250.0}
HOSTILE_GOAL = 1_000.0
_MICROS = 1e6
_KILOBYTE = 1024
_HOSTILE_BYTES = 64 * _KILOBYTE
_CHINESE = (
    "您好，我上周在贵公司购买的那台净水器到现在还没有收到货，物流信息一直停留在三天前。"
    "之前答应会尽快处理，但是没有任何人联系我。请问能不能帮我查询一下具体的情况？"
    "如果库存不足的话，我希望可以直接退款，或者更换成同等价位的其他型号。另外发票的问题也麻烦一并解决。"
)
_ENGLISH = (
    "Hello, I bought a water filter from your shop last week and it still has not arrived. "
    "The tracking page has shown the same status for three days. Your support promised to look into it, "
    "but nobody has called me back so far. Could you please check what happened? "
    "If it is out of stock I would rather have my money back or a similar one. "
)
PROMPTS = {"Chinese": _CHINESE, "English": _ENGLISH, "mixed": _CHINESE[:60] + _ENGLISH[:200]}
HOSTILE = {
    "one digit": "1",
    "base64": "aGVsbG8gd29ybGQ0MTIz",
    "one Chinese sign": "市",
    "nested JSON": '{"a":[',
    "combining marks": "\u0301",
    "braces": "{",
    "at signs": "@",
    "backslashes": "\\",
    "percent signs": "%",
    "colons": "a:",
    "numbers and commas": "123456,",
    "UUIDs": "550e8400-e29b-41d4-a716-446655440000,",
    "beginnings of keys": "-----BEGIN PRIVATE KEY-----",
    "capital words": "Ab ",
}


def measure_scanning(stage: Stage, scale: Scale) -> Finding:  # noqa: ARG001 - no server takes part
    """Price a prompt of 1 KB, and a kilobyte of what is made to be slow, with either engine."""
    repeats = max(5, scale.requests // 100)
    rows = []
    for engine, goal in PROMPT_GOALS.items():
        scanner = Scanner(Wanted(engine=engine))
        for language, text in PROMPTS.items():
            price = _price(scanner, _as_long_as(text, _KILOBYTE), repeats)
            rows.append(Row("redaction", f"{engine}: 1 KB prompt, {language}", price, "us", goal))
        for name, text in HOSTILE.items():
            price = _price(scanner, _as_long_as(text, _HOSTILE_BYTES), 2)
            rows.append(Row("redaction", f"{engine}: each KB of {name}", price, "us", HOSTILE_GOAL))
    return Finding(rows)


def _as_long_as(text: str, length: int) -> str:
    """Repeat a text up to so many bytes of UTF-8."""
    repeated = text * (length // len(text.encode()) + 1)
    return repeated.encode()[:length].decode(errors="ignore")


def _price(scanner: Scanner, text: str, repeats: int) -> float:
    """Return microseconds of CPU for each kilobyte, at best."""
    best = min(_timed(lambda: scanner.scan(text)) for _ in range(repeats))
    return best * _MICROS * _KILOBYTE / len(text.encode())


def _timed(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began
