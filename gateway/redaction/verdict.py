"""What follows from everything that was found in a request: a pure decision."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.redaction.profile import Profile
from gateway.redaction.secret_kinds import is_secret


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What happens to a request.

    `counts` are findings by kind and action. `blocked` names the kinds that
    refuse it, `stays_home` keeps it on the premises.
    """

    counts: tuple[tuple[str, str, int], ...]
    blocked: tuple[str, ...]
    stays_home: bool


def judge(profile: Profile, times: Mapping[str, int]) -> Verdict:
    """Return what the profile says about so many findings of each kind."""
    counts: list[tuple[str, str, int]] = []
    blocked: list[str] = []
    stays_home = False
    for entity, count in sorted(times.items()):
        action = profile.handling(entity).action
        if action.is_counted:
            counts.append((entity, action.name, count))
        if action.blocks:
            blocked.append(entity)
        stays_home |= action.stays_home
    return Verdict(tuple(counts), tuple(blocked), stays_home)


def hides(profile: Profile, entity: str, *, at_home: bool) -> bool:
    """Return whether values of this kind are replaced in what is sent."""
    if profile.handling(entity).action.rewrite is None:
        return False
    return not (at_home and profile.sends_originals_home) or is_secret(entity)
