"""What has to be true of docker-compose.yml, beyond its schema; each rule yields what breaks it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from gateway.settings import unknown_settings
from tests.deploy.compose_file import Tree, environment_of

OURS = "deepseek-gateway:"
MAY_BE_REACHED = {"gateway", "grafana"}
# Its image knows no other user, and compiles while it starts.
RUNS_AS_ROOT = {"vllm"}

_PINNED = re.compile(r"[a-z0-9][a-z0-9._/-]*:v?\d+\.\d+\.\d+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?")
_POLICY_VARIABLE = re.compile(r"\$\{([A-Z_]+)")


def faults_of(compose: Tree, root: Path) -> list[str]:
    """Return everything that is wrong with this stack in that folder."""
    found = [*_whole(compose, root)]
    for name, service in compose["services"].items():
        for rule in (_defence, _health, _places, _image, _reach, _settings):
            found += [f"{name}: {fault}" for fault in rule(name, service, compose, root)]
    return found


def _whole(compose: Tree, root: Path) -> Iterator[str]:
    if "version" in compose:
        yield "version: Compose knows none any more"
    if "${" in yaml.safe_dump(compose):
        yield "a variable has no default"
    services = compose["services"].values()
    for kind in ("networks", "volumes", "secrets"):
        used = {name for service in services for name in _names(kind, service)}
        yield from (f"{kind}: {name} is used by nobody" for name in compose[kind].keys() - used)
    for name, secret in compose["secrets"].items():
        if not secret["file"].startswith("./secrets/"):
            yield f"secrets: {name} is not in secrets/"
    ignored = (root / ".gitignore").read_text("utf-8").splitlines()
    if "/secrets/" not in ignored:
        yield "secrets: git would take them"


def _names(kind: str, service: Tree) -> set[str]:
    if kind == "volumes":
        return {entry.split(":")[0] for entry in service.get("volumes", []) if entry[0] not in "./"}
    return set(service.get(kind, []))


def _defence(name: str, service: Tree, _compose: Tree, _root: Path) -> Iterator[str]:
    if service.get("cap_drop") != ["ALL"]:
        yield "cap_drop: keeps capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "security_opt: may gain privileges"
    if service.get("privileged") or service.get("cap_add"):
        yield "privileged: is given what it does not need"
    if name not in RUNS_AS_ROOT and not service.get("read_only"):
        yield "read_only: may write everywhere"
    user = str(service.get("user", ""))
    if not re.fullmatch(r"\d+:\d+", user) or (user.startswith("0:") and name not in RUNS_AS_ROOT):
        yield f"user: {user!r} is no number but root's"
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    if not {"memory", "pids"} <= limits.keys():
        yield "limits: may take all memory or all processes"


def _health(_name: str, service: Tree, compose: Tree, _root: Path) -> Iterator[str]:
    check = service.get("healthcheck", {}).get("test", [])
    if not isinstance(check, list) or check[:1] != ["CMD"] or len(check) < 2:
        yield "healthcheck: is no command in the exec form"
    for other in service.get("depends_on", {}):
        if other not in compose["services"]:
            yield f"depends_on: there is no {other}"
    for form in ("entrypoint", "command"):
        if not isinstance(service.get(form, []), list):
            yield f"{form}: is a shell's line"


def _places(_name: str, service: Tree, compose: Tree, root: Path) -> Iterator[str]:
    for kind in ("networks", "volumes", "secrets"):
        yield from (f"{kind}: there is no {name}" for name in _names(kind, service) - compose[kind].keys())
    for entry in service.get("volumes", []):
        source, _, target = entry.partition(":")
        if source.startswith(".") and not (root / source).exists():
            yield f"volumes: {source} does not exist"
        if source.startswith(".") and not target.endswith(":ro"):
            yield f"volumes: {source} can be written"
    mounted = {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
    named = set(re.findall(r"/run/secrets/\w+", yaml.safe_dump(service)))
    yield from (f"secrets: {path} is named and not mounted" for path in named - mounted)
    yield from (f"secrets: {path} is mounted and not named" for path in mounted - named)


def _image(_name: str, service: Tree, _compose: Tree, root: Path) -> Iterator[str]:
    image = service["image"]
    if not _PINNED.fullmatch(image):
        yield f"image: {image} is not pinned"
    build: Any = service.get("build")
    if image.startswith(OURS) != bool(build):
        yield "build: what is ours is built, and nothing else"
    if build and not (root / build["context"] / build["dockerfile"]).is_file():
        yield "build: there is no such Dockerfile"


def _reach(name: str, service: Tree, compose: Tree, _root: Path) -> Iterator[str]:
    ports = service.get("ports", [])
    if ports and name not in MAY_BE_REACHED:
        yield "ports: is not meant to be reached from outside"
    yield from (f"ports: {port} is open to everybody" for port in ports if not port.startswith("127.0.0.1:"))
    networks = [compose["networks"].get(network) or {} for network in _names("networks", service)]
    if ports and all(network.get("internal") for network in networks):
        yield "ports: all its networks are internal"


def _settings(_name: str, service: Tree, _compose: Tree, root: Path) -> Iterator[str]:
    if not service["image"].startswith(OURS):
        return
    given = environment_of(service)
    yield from (f"environment: the gateway knows no {name}" for name in unknown_settings(given))
    policies = "".join(path.read_text("utf-8") for path in (root / "policies").rglob("*.yaml"))
    read = set(_POLICY_VARIABLE.findall(policies))
    for name in given:
        if not name.startswith("GATEWAY_") and name.removesuffix("_FILE") not in read:
            yield f"environment: no policy reads {name}"
