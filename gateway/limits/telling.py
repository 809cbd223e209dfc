"""What callers are told of their limits: header fields, and the words of a refusal."""

from gateway.limits.refusals import BudgetExhausted, DemandTooLarge, LimitExceeded
from gateway.limits.sheet import Counter, Sheet
from gateway.limits.standing_form import Field, StandingForm
from gateway.limits.verdict import NEVER, SOON_MS, Verdict
from gateway.limits.windows import Calendar, Lease, Rolling
from gateway.vocabulary.money import amount_of


def standing_fields(sheet: Sheet, verdict: Verdict) -> list[Field]:
    """Return where a caller stands, as header fields."""
    return sheet.remember(StandingForm).fields(verdict.standings)


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
    if counter.rule.unit == "money" and verdict.retry_ms > SOON_MS:
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
