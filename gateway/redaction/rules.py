"""
What policy documents may say about private data.

    plans/<plan>.yaml        redaction: {profile: baseline}
    redaction/<profile>.yaml what the profile does with which kind of value
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ProfileName = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9][a-z0-9_-]{0,62}$",
        description="a profile's name of up to 63 small letters, digits, dashes and underscores",
    ),
]
EntityName = Annotated[
    str,
    Meta(pattern="^[A-Z][A-Z0-9_]{0,39}$", description="a kind of value, such as PERSON, in capital letters"),
]
ActionName = Literal[
    "allow", "log_only", "surrogate", "pseudonymise", "hash", "mask", "redact", "route_local", "block"
]
AnswerAction = Literal["allow", "mask", "block"]
Role = Literal["user", "assistant", "tool", "system"]
Characters = Annotated[int, Meta(ge=1, le=10**9, description="a whole number of characters of at least 1")]
Findings = Annotated[int, Meta(ge=1, le=10**6, description="a whole number from 1 to 1000000")]
Patience = Annotated[float, Meta(gt=0, le=600, description="seconds, more than 0 and up to 600")]
Score = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]

NO_PROFILE = "none"


class RedactionRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Which profile deals with private data; `none` lets it pass.

    `models` names another profile for some models, whose names may hold * and ?.
    """

    profile: ProfileName = NO_PROFILE
    models: dict[str, ProfileName] = {}


class EntityRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What happens to one kind of value.

    `action` is for requests, `answer` for values that a model brings up
    itself. Findings below `least_score` are left alone. `languages` restricts
    the rule to texts with Chinese characters (`zh`) or without (`other`).
    """

    action: ActionName
    answer: AnswerAction | None = None
    least_score: Score = 0.0
    languages: tuple[Literal["zh", "other"], ...] = ()


class PlaceholderRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    How long a value keeps its placeholder, and whose values come back.

    A value is restored in the answer if it stands in the text of one of the
    roles in `restore`; `system` is also what surrounds the messages, such as tools.
    """

    scope: Literal["request", "conversation", "tenant"] = "tenant"
    epoch: Literal["never", "yearly", "monthly", "daily"] = "never"
    restore: tuple[Role, ...] = ("user", "assistant", "tool")


class AllowRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is never private: exact values, and the domains of addresses."""

    values: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class ModelRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A model that knows names by reading: a folder with a token classifier, as `save_pretrained` writes it.

    `labels` says which of its labels stand for which kind of value; without
    it, PER is PERSON and LOC is ADDRESS.
    """

    folder: str
    labels: dict[str, EntityName] = {}
    least_score: Score = 0.6


class BoundRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a request is looked through, for how long, and how many values it may hold."""

    characters: Characters = 8_000_000
    seconds: Patience = 10.0
    findings: Findings = 10_000


class ProfileDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    redaction/<profile>.yaml: what happens to private data.

    `dictionaries` and `patterns` are a house's own words and regular
    expressions, by the kind of value that they are; `model` finds names.
    `default` is for kinds of value that `entities` does not name; secrets are
    at least redacted. `answers` is what happens to new private data in answers
    (`allow`: they are not looked through). `unreadable` is about images,
    sounds and files; `on_failure` about a detector that fails and a request
    beyond its `bounds`. `at_home: original` sends the original where every
    possible upstream is on the premises; secrets stay hidden even there.
    """

    profile: ProfileName
    description: str = ""
    dictionaries: dict[EntityName, tuple[str, ...]] = {}
    patterns: dict[EntityName, tuple[str, ...]] = {}
    model: ModelRules | None = None
    engine: Literal["auto", "hyperscan", "python"] = "auto"
    default: ActionName = "pseudonymise"
    entities: dict[EntityName, EntityRules] = {}
    placeholders: PlaceholderRules = PlaceholderRules()
    answers: AnswerAction = "allow"
    allow: AllowRules = AllowRules()
    unreadable: Literal["allow", "route_local", "block"] = "allow"
    on_failure: Literal["block", "route_local", "allow"] = "block"
    at_home: Literal["protect", "original"] = "protect"
    bounds: BoundRules = BoundRules()
