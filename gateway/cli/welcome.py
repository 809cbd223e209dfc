"""What a gateway says when it starts: where to connect, what answers, and keys that are shown once."""

import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from gateway.app import Gateway
from gateway.settings import unknown_settings
from gateway.telemetry.announcements import Announcement

# So many names of upstreams stand in a line.
_MOST_NAMES = 10


class Welcome(NamedTuple):
    """
    What there is to say at a start.

    `to_paste` is for a person: keys that are shown this once, and examples. It
    is no line of a log, because a log is kept and keys are not.
    """

    said: Sequence[Announcement]
    to_paste: str


def welcome(gateway: Gateway, *, is_terminal: bool) -> Welcome:
    """Return what this gateway has to say, to people or to programs."""
    host, port = gateway.address
    known = _url(gateway, _known_name(gateway, host), port)
    lines = [*_demo_lines(gateway, known, is_terminal=is_terminal), *_admin_lines(gateway)]
    return Welcome([*_announcements(gateway)], "\n".join(lines))


def _announcements(gateway: Gateway) -> Iterator[Announcement]:
    url = _url(gateway, *gateway.address)
    yield _said("listening", f"deepseek-gateway listens on {url}", url=url)
    certificates = gateway.doors.certificates
    if certificates is not None:
        names, ends = ", ".join(certificates.identity.names) or "nobody", certificates.identity.ends
        text = f"over TLS, with a certificate for {names} until {ends:%Y-%m-%d %H:%M} UTC"
        yield _said("certificate", text, ends=ends.isoformat())
    yield _said(
        "policy",
        f"policy {gateway.book.version}; requests go to: {_upstreams(gateway)}",
        policy=gateway.book.version,
        upstreams=[upstream.name for upstream in gateway.book.upstreams[:_MOST_NAMES]],
    )
    for name in gateway.silent_upstreams:
        text = f"{name} (policies/upstreams.yaml) does not answer; nothing goes there"
        yield _said("upstream_silent", text, upstream=name)
    for name in unknown_settings(os.environ):
        yield _said("setting_unknown", f"{name} is set, but this version knows no such setting", setting=name)
    if gateway.simulator_url is not None:
        yield _said(
            "simulated",
            "The demo is answered by the built-in simulator. Set DEEPSEEK_API_KEY for hosted DeepSeek, "
            "or LOCAL_BASE_URL for your own server.",
        )
    if gateway.book.has_tenant("demo") and gateway.demo.text is None and not gateway.demo.is_chosen:
        yield _said(
            "key_kept",
            "The demo key was shown at the first start. "
            "For a new one, delete demo_key.json in the state folder.",
        )


def _said(kind: str, text: str, **facts: Any) -> Announcement:
    return Announcement(f"gateway.{kind}", text, facts)


def _upstreams(gateway: Gateway) -> str:
    upstreams = gateway.book.upstreams
    told = [
        f"{upstream.name} ({upstream.kind}, {upstream.residency}, {upstream.origin.authority})"
        for upstream in upstreams[:_MOST_NAMES]
    ]
    if len(upstreams) > _MOST_NAMES:
        told.append(f"and {len(upstreams) - _MOST_NAMES} more")
    return ", ".join(told) or "nowhere"


def _url(gateway: Gateway, host: str, port: int) -> str:
    scheme = "http" if gateway.doors.certificates is None else "https"
    return f"{scheme}://{'[' + host + ']' if ':' in host else host}:{port}"


def _known_name(gateway: Gateway, host: str) -> str:
    """Return a name under which callers believe our certificate, if there is one."""
    certificates = gateway.doors.certificates
    names = certificates.identity.names if certificates is not None else ()
    return host if host in names else next((name for name in names if "*" not in name), host)


def _demo_lines(gateway: Gateway, url: str, *, is_terminal: bool) -> list[str]:
    if not gateway.book.has_tenant("demo"):
        return []
    demo = gateway.demo
    if demo.text is not None:
        key = demo.text.reveal()
        return ["", "Your demo key, shown this once:", f"  {key}", *_examples(url, key, f'"{key}"')]
    if demo.is_chosen and is_terminal:
        return _examples(url, "'\"$GATEWAY_DEMO_KEY\"'", 'os.environ["GATEWAY_DEMO_KEY"]')
    return []


def _admin_lines(gateway: Gateway) -> list[str]:
    key = gateway.credentials.admin_key
    if key is None:
        return []
    return [
        "",
        "The first administrator's key, shown this once, for `/admin/v1/...` (docs/admin.md):",
        f"  {key.reveal()}",
        "",
    ]


def _examples(url: str, shell_key: str, python_key: str) -> list[str]:
    # Not indented: what is pasted into Python must begin where its line does.
    return [
        "",
        'Try it, whole; for a stream add "stream": true and curl -N:',
        "",
        f"curl {url}/v1/chat/completions -H 'Authorization: Bearer {shell_key}' \\",
        "  -H 'Content-Type: application/json' \\",
        """  -d '{"model": "deepseek-chat", "messages": [{"role": "user", "content": "Hello!"}]}'""",
        "",
        "or in Python (pip install openai), as a stream:",
        "",
        "import os",
        "from openai import OpenAI",
        f'client = OpenAI(base_url="{url}/v1", api_key={python_key})',
        'messages = [{"role": "user", "content": "Hello!"}]',
        'stream = client.chat.completions.create(model="deepseek-chat", messages=messages, stream=True)',
        "for chunk in stream:",
        '    print(chunk.choices[0].delta.content or "", end="")',
        "",
    ]
