"""Upstreams as documents describe them become upstreams that can be called."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from gateway.foundation.forward_proxy import BadProxy, parse_forward_proxy
from gateway.policy.credentials import credential_mistakes, credential_of, has_credential, source_of
from gateway.policy.errors import PolicyError
from gateway.policy.hints import nearest
from gateway.redaction.finder import Finder
from gateway.redaction.rules import ProfileDocument
from gateway.upstreams.completion_fields import FIM_PLACES
from gateway.upstreams.kinds import KINDS
from gateway.upstreams.rules import UpstreamRules
from gateway.upstreams.target import Origin, Patience, Upstream
from gateway.vocabulary.residency import Residency

FILE = "upstreams.yaml"
SIMULATOR = "simulator"
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_STANDARD_PORTS = {"http": 80, "https": 443}


class BadUrl(ValueError):
    """A text that is no base URL; the message says what is wrong and never quotes it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    What a gateway finds around it when it reads its policies.

    `answering` names the upstreams that answered just now; `simulator_url` is
    where the built-in simulator listens, None where there is none; `finder_for`
    gives each redaction profile who looks for private data.
    """

    answering: frozenset[str] = field(default_factory=frozenset)
    simulator_url: str | None = None
    finder_for: Callable[[ProfileDocument], Finder] | None = None


@dataclass(frozen=True, slots=True)
class Servers:
    """
    The upstreams that can be used now, and which of them only pretend.

    `lacking_credential` are those that nobody can use but a tenant who brings
    a credential of its own.
    """

    available: Mapping[str, Upstream]
    simulators: frozenset[str]
    lacking_credential: Mapping[str, Upstream] = field(default_factory=dict)


def compile_servers(
    rules: Mapping[str, UpstreamRules], surroundings: Surroundings
) -> tuple[Servers, list[PolicyError]]:
    """Return the upstreams that are available, and every mistake in the description of any."""
    available: dict[str, Upstream] = {}
    lacking: dict[str, Upstream] = {}
    errors: list[PolicyError] = []
    for name, one in rules.items():
        mistakes = list(_mistakes(one, surroundings))
        errors.extend(PolicyError(FILE, f"upstreams.{name}.{key}", text) for key, text in mistakes)
        if mistakes:
            continue
        if _is_available(name, one, surroundings):
            available[name] = _upstream(name, one, surroundings)
        elif one.available == "when_credential_set":
            lacking[name] = _upstream(name, one, surroundings)
    simulators = frozenset(name for name, one in rules.items() if one.kind == SIMULATOR)
    return Servers(available, simulators, lacking), errors


def to_be_asked(rules: Mapping[str, UpstreamRules]) -> list[Upstream]:
    """Return how these upstreams are asked whether they are there: on the way of their calls."""
    return [
        Upstream(
            name,
            "probe",
            *parse_base_url(one.base_url),
            Residency.ON_PREMISES,
            transport=one.transport,
            http2=one.http2,
            forward_proxy=one.forward_proxy or None,
        )
        for name, one in rules.items()
        # What has a mistake is refused with file and key by the compiler.
        if not any(_mistakes(one, Surroundings()))
    ]


def parse_base_url(text: str) -> tuple[Origin, str]:
    """Return origin and base path ("" or "/v1") of a base URL, or raise `BadUrl`."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise BadUrl("is no URL; write https://host, or http://host:8000/v1") from error
    if url.scheme not in _STANDARD_PORTS or not url.hostname:
        raise BadUrl("is no http or https URL; write https://host, or http://host:8000/v1")
    if url.username is not None or url.password is not None:
        raise BadUrl("has a user name in it; put the secret in `credential`")
    if "?" in text or "#" in text:
        raise BadUrl("has a query or a fragment; leave them out")
    return Origin(url.scheme, _host(url), _STANDARD_PORTS[url.scheme] if port is None else port), _path(url)


def _host(url: SplitResult) -> str:
    host = url.hostname or ""
    if not _HOST.fullmatch(host) or url.port == 0:
        raise BadUrl("has a host or port that is none; write an international name in its xn-- form")
    return host


def _path(url: SplitResult) -> str:
    path = url.path.rstrip("/")
    if path.endswith("/chat/completions"):
        raise BadUrl("ends in /chat/completions, which is added to it; leave that out")
    if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise BadUrl("has a path that is none; write it without dots, blanks and double slashes")
    return path


def _mistakes(one: UpstreamRules, surroundings: Surroundings) -> Iterator[tuple[str, str]]:
    if one.kind not in KINDS and one.kind != SIMULATOR:
        yield "kind", f"unknown kind; {nearest(one.kind, (*KINDS, SIMULATOR))}"
    if one.kind == SIMULATOR:
        yield from _simulator_mistakes(one, surroundings)
    elif one.base_url or one.available != "when_answering":
        yield from _address_mistakes(one)
    yield from credential_mistakes(one)
    if one.transport != "httpx2" and (one.http2 or one.forward_proxy):
        yield "transport", "only httpx2 knows http2 and forward_proxy; write transport: httpx2"
    if one.forward_proxy:
        yield from _proxy_mistakes(one.forward_proxy)
    if one.fim_template and not all(one.fim_template.count(place) == 1 for place in FIM_PLACES):
        yield "fim_template", "has to have {prompt} and {suffix} in it, once each"


def _proxy_mistakes(text: str) -> Iterator[tuple[str, str]]:
    try:
        parse_forward_proxy(text)
    except BadProxy as error:
        yield "forward_proxy", str(error)


def _address_mistakes(one: UpstreamRules) -> Iterator[tuple[str, str]]:
    if not one.base_url:
        yield "base_url", "is missing; write https://host, or http://host:8000/v1"
        return
    try:
        parse_base_url(one.base_url)
    except BadUrl as error:
        yield "base_url", str(error)


def _simulator_mistakes(one: UpstreamRules, surroundings: Surroundings) -> Iterator[tuple[str, str]]:
    if one.base_url:
        yield "base_url", "the built-in simulator has an address of its own; remove this key"
    if one.available != "always":
        yield "available", "the built-in simulator is there whenever it is started; remove this key"
    if surroundings.simulator_url is not None and not _is_loopback(surroundings.simulator_url):
        yield "kind", "the simulator serves loopback addresses only; route to a real server instead"


def _is_loopback(url: str) -> bool:
    host = parse_base_url(url)[0].host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_available(name: str, one: UpstreamRules, surroundings: Surroundings) -> bool:
    if one.kind == SIMULATOR:
        return surroundings.simulator_url is not None
    if one.available == "when_credential_set":
        return has_credential(one)
    if one.available == "when_answering":
        return bool(one.base_url) and name in surroundings.answering
    return True


def _upstream(name: str, one: UpstreamRules, surroundings: Surroundings) -> Upstream:
    pretends = one.kind == SIMULATOR
    origin, base_path = parse_base_url(surroundings.simulator_url or "" if pretends else one.base_url)
    times = one.timeouts
    return Upstream(
        name=name,
        kind="deepseek" if pretends else one.kind,
        origin=origin,
        base_path=base_path,
        residency=Residency(one.residency),
        credential=credential_of(one),
        credential_source=source_of(one),
        transport=one.transport,
        patience=Patience(
            times.connect_seconds,
            times.queue_seconds,
            times.first_token_seconds,
            times.stall_seconds,
            times.total_seconds,
        ),
        connections=one.connections,
        queue=one.queue,
        http2=one.http2,
        forward_proxy=one.forward_proxy or None,
        stream_usage=one.stream_usage,
        fim_template=one.fim_template,
    )
