"""What callers are told of their limits: header fields, and the words of a refusal."""

from collections.abc import Sequence

from gateway.limits.refusals import BudgetExhausted, DemandTooLarge, LimitExceeded
from gateway.limits.sheet import Counter, Sheet
from gateway.limits.verdict import NEVER, Verdict
from gateway.limits.windows import Calendar, Lease, Rolling
from gateway.vocabulary.money import amount_of

Field = tuple[bytes, bytes]


def standing_fields(sheet: Sheet, verdict: Verdict) -> list[Field]:
    """
    Return where a caller stands: OpenAI's `x-ratelimit-*`, and `RateLimit` with `RateLimit-Policy`.

    Shadow limits are the operator's alone, and money is told by GET /v1/usage.
    (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers)
    """
    fields: list[Field] = []
    items: list[bytes] = []
    tightest: dict[str, tuple[int, int, int]] = {}
    for counter, standing in zip(sheet.counters, verdict.standings, strict=False):
        unit = counter.rule.unit
        if counter.is_shadow or unit == "money":
            continue
        left = max(0, standing.left)
        seconds = -(-standing.reset_ms // 1000)
        items.append(b'"%b";r=%d;t=%d' % (counter.rule.name.encode(), left, seconds))
        if unit in ("requests", "tokens") and (unit not in tightest or left < tightest[unit][1]):
            tightest[unit] = (counter.capacity, left, seconds)
    for kind, (capacity, left, seconds) in tightest.items():
        name = kind.encode()
        fields += (
            (b"x-ratelimit-limit-" + name, b"%d" % capacity),
            (b"x-ratelimit-remaining-" + name, b"%d" % left),
            (b"x-ratelimit-reset-" + name, b"%ds" % seconds),
        )
    if items:
        fields += ((b"ratelimit-policy", sheet.remember(policy_of)), (b"ratelimit", b", ".join(items)))
    return fields


def refusal_of(sheet: Sheet, verdict: Verdict) -> LimitExceeded:
    """Return what a caller whose demand does not fit is told: the limit, what is left, and when."""
    counter, standing = sheet.counters[verdict.failed], verdict.standings[verdict.failed]
    headers = {name.decode(): value.decode() for name, value in standing_fields(sheet, verdict)}
    what = f"the limit '{counter.rule.name}' ({described(counter)})"
    left = _shown(counter, max(0, standing.left))
    if verdict.retry_ms == NEVER:
        return DemandTooLarge(
            f"This request asks for more than {what} ever grants. Lower max_tokens or shorten the prompt.",
            limit=counter.rule.name,
            headers=headers,
            param="max_tokens",
        )
    seconds = -(-verdict.retry_ms // 1000)
    if counter.rule.unit == "money":
        return BudgetExhausted(
            f"This request does not fit in {what}: {left} left. It begins anew in {seconds} s.",
            limit=counter.rule.name,
            headers=headers,
            retry_after=seconds,
        )
    return LimitExceeded(
        f"This request does not fit in {what}: {left} left. Try again in {seconds} s.",
        limit=counter.rule.name,
        headers=headers,
        retry_after=seconds,
    )


def described(counter: Counter) -> str:
    """Return a limit in words: 600 requests in 60 s for each key."""
    window = counter.window
    amount = _shown(counter, counter.capacity)
    if isinstance(window, Lease):
        amount = f"{counter.capacity} requests at once"
    elif isinstance(window, Rolling):
        amount += f" in {window.seconds} s"
    elif isinstance(window, Calendar):
        amount += f" in each {window.period}, {window.time_zone}"
    return f"{amount} for each {' and '.join(counter.rule.per).replace('_', ' ')}"


def _shown(counter: Counter, amount: int) -> str:
    if counter.rule.unit == "money":
        return f"{amount_of(amount)} {counter.rule.currency}"
    if counter.rule.unit == "concurrent-requests":
        return f"{amount} places"
    return f"{amount} {counter.rule.unit}"


def policy_of(counters: Sequence[Counter]) -> bytes:
    """Return the `RateLimit-Policy` of these limits."""
    told = [counter for counter in counters if not counter.is_shadow and counter.rule.unit != "money"]
    return b", ".join(map(_policy_item, told))


def _policy_item(counter: Counter) -> bytes:
    item = f'"{counter.rule.name}";q={counter.capacity}'
    if isinstance(counter.window, Lease):
        return f'{item};qu="concurrent-requests"'.encode()
    item += f";w={counter.window.seconds}"
    # "tokens" is no registered unit, so it has a parameter of its own.
    return (item if counter.rule.unit == "requests" else f'{item};dg-unit="{counter.rule.unit}"').encode()
