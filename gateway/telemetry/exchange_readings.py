"""The tallies of exchanges as readings, family by family."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from gateway.telemetry import catalogue
from gateway.telemetry.family import Family
from gateway.telemetry.reading import Reading
from gateway.telemetry.spread import Spread, readings
from gateway.telemetry.tallies import Pace, Tallies, Tally
from gateway.telemetry.tenant_names import NOBODY
from gateway.telemetry.upstream_tally import OPERATORS_TO_MEND, UpstreamTally

Source = Callable[[], Iterable[Reading]]
_NOT_YET = dict.fromkeys(OPERATORS_TO_MEND, 0)
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def sources_of(tallies: Tallies) -> dict[Family, Source]:
    """Return who tells of each family that exchanges leave behind; ask in the thread that counts."""
    by_tenant: dict[Family, Callable[[Tally], Iterable[tuple[str, float]]]] = {
        catalogue.TOKENS: _tokens,
        catalogue.COST: lambda tally: tally.costs.items(),
        catalogue.CACHE_REQUESTS: lambda tally: tally.from_cache.items(),
        catalogue.CACHE_SAVED_TOKENS: _saved_tokens,
        catalogue.CACHE_SAVED_COST: lambda tally: tally.saved_costs.items(),
    }
    by_mode: dict[Family, Callable[[Pace], Spread]] = {
        catalogue.REQUEST_DURATION: lambda pace: pace.durations,
        catalogue.FIRST_TOKEN: lambda pace: pace.first_tokens,
        catalogue.OVERHEAD: lambda pace: pace.overheads,
    }
    by_upstream: dict[Family, Callable[[UpstreamTally], Spread]] = {
        catalogue.UPSTREAM_DURATION: lambda tally: tally.durations,
        catalogue.UPSTREAM_FIRST_TOKEN: lambda tally: tally.first_frames,
        catalogue.UPSTREAM_QUEUE: lambda tally: tally.queues,
    }
    return {
        catalogue.REQUESTS: lambda: _requests(tallies),
        catalogue.OUTPUT_TOKEN: lambda: readings(
            [((model,), pace.output_tokens) for (model, streamed), pace in _now(tallies.paces) if streamed]
        ),
        catalogue.UPSTREAM_ATTEMPTS: lambda: [
            Reading((name,), tally.attempts) for name, tally in _now(tallies.upstreams)
        ],
        catalogue.UPSTREAM_ERRORS: lambda: [
            Reading((name, code), count)
            for name, tally in _now(tallies.upstreams)
            for code, count in {**_NOT_YET, **tally.errors}.items()
        ],
        catalogue.UPSTREAM_UP: lambda: [
            Reading((name,), int(tally.is_up), wall=tally.told_at)
            for name, tally in _now(tallies.upstreams)
            if tally.told_at and tallies.uses(name)
        ],
        catalogue.REDACTIONS: lambda: [Reading(*one) for one in _now(tallies.redactions)],
        **{family: _of_tenants(tallies, told) for family, told in by_tenant.items()},
        **{family: _of_modes(tallies, spread) for family, spread in by_mode.items()},
        **{family: _of_upstreams(tallies, spread) for family, spread in by_upstream.items()},
    }


def _now(tallies: Mapping[_Key, _Value]) -> list[tuple[_Key, _Value]]:
    # A copy: while a page is written, others count on.
    return list(tallies.items())


def _requests(tallies: Tallies) -> Iterator[Reading]:
    for (tenant, model), tally in _now(tallies.exchanges):
        for (status, ending), count in _now(tally.endings):
            yield Reading((tenant, model, str(status) if status else NOBODY, ending.value), count)


def _of_tenants(tallies: Tallies, told: Callable[[Tally], Iterable[tuple[str, float]]]) -> Source:
    def tell() -> Iterator[Reading]:
        for (tenant, model), tally in _now(tallies.exchanges):
            for last, value in list(told(tally)):
                yield Reading((tenant, model, last), value)

    return tell


def _of_modes(tallies: Tallies, spread_of: Callable[[Pace], Spread]) -> Source:
    return lambda: readings(
        [
            ((model, "stream" if streamed else "whole"), spread_of(pace))
            for (model, streamed), pace in _now(tallies.paces)
        ]
    )


def _of_upstreams(tallies: Tallies, spread_of: Callable[[UpstreamTally], Spread]) -> Source:
    return lambda: readings([((name,), spread_of(tally)) for name, tally in _now(tallies.upstreams)])


def _tokens(tally: Tally) -> Iterable[tuple[str, float]]:
    yield "cache_hit", tally.cache_hit
    yield "cache_miss", tally.cache_miss
    yield "completion", tally.completion
    yield "reasoning", tally.reasoning


def _saved_tokens(tally: Tally) -> Iterable[tuple[str, float]]:
    if tally.from_cache:
        yield "prompt", tally.saved_prompt
        yield "completion", tally.saved_completion
