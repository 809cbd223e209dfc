"""What a policy document may say about the audit log."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

LevelName = Literal["none", "metadata", "request", "request_response", "full"]
Days = Annotated[int, Meta(ge=1, le=36_500, description="a whole number of days from 1 to 36500")]
Glob = Annotated[str, Meta(min_length=1, max_length=128)]


class LevelRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Whose requests for which models are written down at which level; the first rule that fits counts.

    `*` stands for any text and `?` for one character. A list that is not there fits everything.
    """

    level: LevelName
    tenants: tuple[Glob, ...] = ("*",)
    projects: tuple[Glob, ...] = ("*",)
    models: tuple[Glob, ...] = ("*",)


class RetentionRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    How long what is kept: records, kept texts, and the keys by which values can be looked up.

    Without a number, for ever. Records of several plans stand in one file,
    which is kept as long as the most patient of them wants.
    """

    record_days: Days | None = None
    content_days: Days | None = None
    lookup_days: Days | None = None


class AuditRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    How much is written down, and how lastingly.

    `level` counts where no rule fits. `durability`: `strict` (on the disk before a
    request leaves), `group` (within 50 ms), `os` (within a second). `on_failure`:
    `fail_closed` (nothing leaves unrecorded) or `fail_open`.
    """

    level: LevelName = "metadata"
    rules: tuple[LevelRule, ...] = ()
    durability: Literal["strict", "group", "os"] = "group"
    on_failure: Literal["fail_closed", "fail_open"] = "fail_closed"
    retention: RetentionRules = RetentionRules()


def objections(rules: AuditRules) -> Iterator[tuple[str, str]]:
    """Yield place and reason of what would have no effect."""
    for place, rule in enumerate(rules.rules[:-1]):
        if rule.tenants == rule.projects == rule.models == ("*",):
            yield f"rules[{place}]", "fits everything, so no rule after it counts; put it last"
            return
    for place, rule in enumerate(rules.rules):
        for above, earlier in enumerate(rules.rules[:place]):
            if earlier.level != rule.level and _hides(earlier, rule):
                yield (
                    f"rules[{place}]",
                    f"never counts, for rules[{above}] fits all of it; put it before that",
                )
                break


def _hides(earlier: LevelRule, rule: LevelRule) -> bool:
    """Whether an earlier rule surely fits whatever a later one does."""
    lists = (
        (earlier.tenants, rule.tenants),
        (earlier.projects, rule.projects),
        (earlier.models, rule.models),
    )
    return all(any(_fits(glob, name) for glob in globs) for globs, names in lists for name in names)


def _fits(glob: str, name: str) -> bool:
    # Of two patterns, that the one fits whatever the other does is only sure where it is plain.
    return glob in ("*", name) or ("*" not in name and "?" not in name and fnmatchcase(name, glob))
