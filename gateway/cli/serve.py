"""`deepseek-gateway serve`: run the gateway until it is told to stop."""

import argparse
import asyncio
import os
import sys
from typing import Any

import uvloop

from gateway.app import Gateway
from gateway.edge.server import StopSignal
from gateway.edge.tls.files import CertificateRejected
from gateway.environment import InvalidSetting
from gateway.foundation.descriptors import raise_descriptor_limit
from gateway.foundation.listening import open_shared
from gateway.foundation.redis_link.failures import UnfitRedis
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateUnavailable
from gateway.policy.errors import PolicyRejected
from gateway.settings import Settings, read_settings, read_workers, unknown_settings
from gateway.supervisor.slot import READY_SECONDS
from gateway.supervisor.supervisor import Supervisor
from gateway.telemetry.tenant_names import TenantNames

CANNOT_START = 1
START_ERRORS = (
    InvalidSetting,
    UnusableState,
    UnfitRedis,
    StateUnavailable,
    PolicyRejected,
    CertificateRejected,
    OSError,
)
_LAST_SECONDS = 15.0


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "serve", help="run the gateway", description="Run the gateway. Its settings are in the environment."
    )
    parser.add_argument(
        "--workers", metavar="N", help="serve with so many processes, in place of GATEWAY_WORKERS"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; return 0, or 1 when the gateway cannot start."""
    try:
        settings = read_settings(os.environ)
        workers = settings.workers
        if arguments.workers is not None:
            workers = read_workers(arguments.workers, os.environ)
        raise_descriptor_limit()
        if workers > 1:
            return asyncio.run(_supervise(settings, workers))
        return uvloop.run(_serve(settings))
    except START_ERRORS as error:
        sys.stderr.write(f"deepseek-gateway cannot start: {error}\n")
        return CANNOT_START


async def _supervise(settings: Settings, workers: int) -> int:
    by_port = [open_shared(settings.host, port, workers) for port in settings.ports]
    # A worker may still wait to be taken out of a balancer, drain, and write down what it has.
    stop_seconds = settings.drain_delay_seconds + settings.drain_seconds + _LAST_SECONDS
    supervisor = Supervisor(
        list(zip(*by_port, strict=True)),
        _tell,
        stop_seconds=stop_seconds,
        ready_seconds=READY_SECONDS + settings.startup_wait_seconds,
        names=TenantNames(settings.metrics_tenants),
    )
    supervisor.install()
    return 0 if await supervisor.run() else CANNOT_START


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


async def _serve(settings: Settings) -> int:
    gateway = Gateway(settings, os.environ)
    gateway.overhear()
    stop = StopSignal()
    await gateway.open()
    loop = asyncio.get_running_loop()
    stop.install(on_hangup=lambda: loop.run_in_executor(None, gateway.read_again))
    sys.stderr.write(welcome(gateway) + "\n")
    await stop.wait()
    sys.stderr.write("stopping: running exchanges may finish\n")
    await gateway.close()
    return 0


def welcome(gateway: Gateway) -> str:
    """Return the start-up lines: where to connect, what answers, and the demo key when it may be shown."""
    host, port = gateway.address
    url = _url(gateway, host, port)
    upstreams = ", ".join(
        f"{upstream.name} ({upstream.kind}, {upstream.residency}, {upstream.origin.authority})"
        for upstream in gateway.book.upstreams
    )
    lines = [
        f"deepseek-gateway listens on {url}",
        *_certificate_lines(gateway),
        f"policy {gateway.book.version}; requests go to: {upstreams or 'nowhere'}",
    ]
    lines += [
        f"{name} (policies/upstreams.yaml) does not answer; nothing goes there"
        for name in gateway.silent_upstreams
    ]
    lines += [
        f"{name} is set, but this version knows no such setting" for name in unknown_settings(os.environ)
    ]
    if gateway.simulator_url is not None:
        lines.append(
            "The demo is answered by the built-in simulator. Set DEEPSEEK_API_KEY for hosted DeepSeek, "
            "or LOCAL_BASE_URL for your own server."
        )
    known = _url(gateway, _known_name(gateway, host), port)
    return "\n".join([*lines, *_demo_lines(gateway, known), *_admin_lines(gateway)])


def _url(gateway: Gateway, host: str, port: int) -> str:
    scheme = "http" if gateway.doors.certificates is None else "https"
    return f"{scheme}://{'[' + host + ']' if ':' in host else host}:{port}"


def _known_name(gateway: Gateway, host: str) -> str:
    """Return a name under which callers believe our certificate, if there is one."""
    certificates = gateway.doors.certificates
    names = certificates.identity.names if certificates is not None else ()
    return host if host in names else next((name for name in names if "*" not in name), host)


def _certificate_lines(gateway: Gateway) -> list[str]:
    certificates = gateway.doors.certificates
    if certificates is None:
        return []
    names, ends = ", ".join(certificates.identity.names) or "nobody", certificates.identity.ends
    return [f"over TLS, with a certificate for {names} until {ends:%Y-%m-%d %H:%M} UTC"]


def _demo_lines(gateway: Gateway, url: str) -> list[str]:
    if not gateway.book.has_tenant("demo"):
        return []
    demo = gateway.demo
    if demo.text is not None:
        key = demo.text.reveal()
        return ["", "Your demo key, shown this once:", f"  {key}", *_examples(url, key, f'"{key}"')]
    if demo.is_chosen:
        return _examples(url, "'\"$GATEWAY_DEMO_KEY\"'", 'os.environ["GATEWAY_DEMO_KEY"]')
    return [
        "The demo key was shown at the first start. For a new one, delete demo_key.json in the state folder."
    ]


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
