"""Upstreams in documents become upstreams that can be called."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.secret import Secret
from gateway.policy.servers import BadUrl, Servers, Surroundings, compile_servers, parse_base_url, to_be_asked
from gateway.policy.shapes import read_shape
from gateway.upstreams.rules import UpstreamRules
from gateway.upstreams.target import Origin, Patience, Upstream
from gateway.vocabulary.residency import Residency

_SIMULATOR_URL = "http://127.0.0.1:9999"
_VLLM = {"kind": "vllm", "base_url": "http://gpu:8000/v1", "residency": "on_premises"}


def _compile(
    surroundings: Surroundings | None = None, **described: dict[str, Any]
) -> tuple[Servers, list[tuple[str, str]]]:
    rules: dict[str, UpstreamRules] = {}
    for name, tree in described.items():
        read, mistakes = read_shape(tree, UpstreamRules)
        assert read is not None, mistakes
        rules[name] = read
    servers, errors = compile_servers(rules, surroundings or Surroundings())
    return servers, [(error.key, error.message) for error in errors]


@pytest.mark.parametrize(
    ("text", "origin", "base_path"),
    [
        ("https://api.deepseek.com", Origin("https", "api.deepseek.com", 443), ""),
        ("https://api.deepseek.com/", Origin("https", "api.deepseek.com", 443), ""),
        ("http://gpu:8000/v1/", Origin("http", "gpu", 8000), "/v1"),
        ("HTTP://GPU/a/b", Origin("http", "gpu", 80), "/a/b"),
        ("http://[::1]:8000/v1", Origin("http", "::1", 8000), "/v1"),
        ("https://xn--bcher-kva.example:443", Origin("https", "xn--bcher-kva.example", 443), ""),
    ],
)
def test_a_base_url_is_an_origin_and_a_path(text: str, origin: Origin, base_path: str) -> None:
    """
    The path loses its last slash; the port is the scheme's own where none is written.
    """
    assert (origin, base_path) == parse_base_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.deepseek.com",
        "ftp://host",
        "file:///etc/passwd",
        "http://",
        "http://user:hush@host",
        "http://host?x=1",
        "http://host/#x",
        "http://host:0",
        "http://host:99999",
        "http://host:port",
        "http://[::1",
        "http://b\u00fccher.example",
        "http://host/a//b",
        "http://host/../b",
        "http://host/a b",
        "http://host/v1/chat/completions/",
        "http://ho st",
        "http://host/%0d%0a",
    ],
)
def test_what_is_no_base_url_is_refused_without_being_quoted(text: str) -> None:
    """
    A URL may hold a secret by mistake, so no message shows it.
    """
    with pytest.raises(BadUrl) as refused:
        parse_base_url(text)

    assert "hush" not in str(refused.value)


@given(st.text())
def test_any_text_is_a_base_url_or_refused(text: str) -> None:
    """
    What is accepted can stand in a request line and a Host field.
    """
    try:
        origin, base_path = parse_base_url(f"http://{text}")
    except BadUrl:
        return

    assert f"{origin.authority}{base_path}".isascii()
    assert not set(" \r\n\t?#@") & set(f"{origin.authority}{base_path}")


def test_an_upstream_is_compiled_with_all_that_was_said() -> None:
    """
    Every key of the document arrives in the upstream.
    """
    servers, mistakes = _compile(
        rack={
            **_VLLM,
            "credential": "sk-rack",
            "transport": "httpx2",
            "http2": True,
            "forward_proxy": "http://proxy:3128",
            "stream_usage": False,
            "fim_template": "<P>{prompt}<S>{suffix}<M>",
            "connections": 7,
            "queue": 8,
            "timeouts": {
                "connect_seconds": 1,
                "queue_seconds": 2,
                "first_token_seconds": 3,
                "stall_seconds": 4,
                "total_seconds": 5,
            },
        }
    )

    expected = Upstream(
        name="rack",
        kind="vllm",
        origin=Origin("http", "gpu", 8000),
        base_path="/v1",
        residency=Residency.ON_PREMISES,
        credential=Secret("sk-rack"),
        transport="httpx2",
        patience=Patience(1.0, 2.0, 3.0, 4.0, 5.0),
        connections=7,
        queue=8,
        http2=True,
        forward_proxy="http://proxy:3128",
        stream_usage=False,
        fim_template="<P>{prompt}<S>{suffix}<M>",
    )
    assert ([], {"rack": expected}) == (mistakes, servers.available)


@pytest.mark.parametrize(
    "template", ["<P>{prompt}", "{suffix}", "{prompt}{suffix}{prompt}", "{ prompt }{suffix}"]
)
def test_a_template_has_both_sides_of_a_gap(template: str) -> None:
    """
    Once each, or a model would not see what its caller wrote.
    """
    servers, mistakes = _compile(rack={**_VLLM, "fim_template": template})

    assert {} == servers.available
    assert ["upstreams.rack.fim_template"] == [key for key, _ in mistakes]


def test_no_credential_is_none() -> None:
    """
    An empty credential is not sent as an empty one.
    """
    servers, _ = _compile(rack={**_VLLM, "credential": ""})

    assert servers.available["rack"].credential is None


def test_the_operator_may_call_a_public_server_their_own() -> None:
    """
    Residency is the operator's word, whatever the address looks like.
    """
    servers, mistakes = _compile(rack={**_VLLM, "base_url": "https://llm.example.com/v1"})

    assert [] == mistakes
    assert Residency.ON_PREMISES is servers.available["rack"].residency


@pytest.mark.parametrize(
    ("available", "credential", "base_url", "answering", "expected"),
    [
        ("always", "", "http://gpu:1", False, True),
        ("when_credential_set", "", "http://gpu:1", True, False),
        ("when_credential_set", "sk", "http://gpu:1", False, True),
        ("when_answering", "sk", "http://gpu:1", False, False),
        ("when_answering", "", "http://gpu:1", True, True),
        ("when_answering", "", "", True, False),
    ],
)
def test_an_upstream_is_there_when_its_document_says_so(
    *, available: str, credential: str, base_url: str, answering: bool, expected: bool
) -> None:
    """
    Always, with a credential, or after an answer.
    """
    one = {**_VLLM, "available": available, "credential": credential, "base_url": base_url}
    surroundings = Surroundings(frozenset({"one"}) if answering else frozenset())

    servers, mistakes = _compile(surroundings, one=one)

    assert [] == mistakes
    assert expected == ("one" in servers.available)


def test_the_simulator_speaks_deepseek_at_the_address_it_was_given() -> None:
    """
    The kind `simulator` is a deepseek on a built-in server.
    """
    play = {"kind": "simulator", "residency": "on_premises"}

    without, _ = _compile(play=play)
    with_one, _ = _compile(Surroundings(simulator_url=_SIMULATOR_URL), play=play)

    assert {} == without.available
    assert ("deepseek", Origin("http", "127.0.0.1", 9999)) == (
        with_one.available["play"].kind,
        with_one.available["play"].origin,
    )
    assert frozenset({"play"}) == with_one.simulators


@pytest.mark.parametrize(
    ("change", "key", "message"),
    [
        ({"kind": "vlm"}, "kind", "unknown kind; did you mean 'vllm'?"),
        ({"base_url": ""}, "base_url", "is missing"),
        ({"base_url": "gpu:8000"}, "base_url", "is no http or https URL"),
        ({"available": "when_answering", "base_url": "gpu"}, "base_url", "is no http or https URL"),
        ({"credential": "sk\nhush"}, "credential", "has characters that no header may carry"),
        ({"credential": "sk-\u00e9"}, "credential", "has characters that no header may carry"),
        ({"http2": True}, "transport", "only httpx2 knows http2"),
        ({"forward_proxy": "http://proxy:1"}, "transport", "only httpx2 knows http2"),
        ({"transport": "httpx2", "forward_proxy": "proxy:1"}, "forward_proxy", "is no http or https URL"),
        ({"transport": "httpx2", "forward_proxy": "http://proxy:99999"}, "forward_proxy", "is no URL"),
        (
            {"transport": "httpx2", "forward_proxy": "http://u:a/b@p:1"},
            "forward_proxy",
            "/ ? # @ in a password as %2F",
        ),
        ({"kind": "simulator"}, "base_url", "the built-in simulator has an address of its own"),
        (
            {"kind": "simulator", "base_url": "", "available": "when_answering"},
            "available",
            "the built-in simulator is there whenever it is started",
        ),
    ],
)
def test_what_cannot_be_called_is_refused_at_its_key(change: dict[str, Any], key: str, message: str) -> None:
    """
    Each mistake names its key and the way out, and the upstream is left out.
    """
    servers, mistakes = _compile(one={**_VLLM, **change}, two=_VLLM)

    assert [f"upstreams.one.{key}"] == [place for place, _ in mistakes]
    assert message in mistakes[0][1]
    assert ["two"] == list(servers.available)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:1", True),
        ("http://[::1]:1", True),
        ("http://localhost:1", True),
        ("http://10.0.0.1:1", False),
        ("http://simulator.example:1", False),
    ],
)
def test_the_simulator_stays_on_the_loopback_address(*, url: str, allowed: bool) -> None:
    """
    A pretend model on any other address is refused.
    """
    play = {"kind": "simulator", "residency": "on_premises"}

    _, mistakes = _compile(Surroundings(simulator_url=url), play=play)

    assert allowed == (not mistakes)


def test_an_upstream_is_asked_on_the_way_of_its_calls() -> None:
    """
    Whether it is there; one with a mistake is refused, and asked nothing.
    """
    good = UpstreamRules(
        kind="vllm",
        residency="external",
        base_url="https://gpu.test/v1",
        credential=Secret("sk-hosted"),
        available="when_answering",
        transport="httpx2",
        http2=True,
        forward_proxy="http://proxy:3128",
    )
    bad = msgspec.structs.replace(good, forward_proxy="socks5://proxy")

    (asked,) = to_be_asked({"rack": good, "bad": bad})

    assert ("rack", "gpu.test", "/v1", None) == (
        asked.name,
        asked.origin.host,
        asked.base_path,
        asked.credential,
    )
    assert ("httpx2", True, "http://proxy:3128") == (asked.transport, asked.http2, asked.forward_proxy)
