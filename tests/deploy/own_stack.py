"""Services of docker-compose.yml as processes of this machine."""

import os
import subprocess
import time
from pathlib import Path

from tests.deploy.compose_file import Tree, environment_of, read_compose, secret_file
from tests.deploy.own_image import OwnImage
from tests.fakes.processes import free_port
from tests.fakes.redis_server import RedisServer
from tests.house.tree import ROOT

_PATIENCE_SECONDS = 60.0


class OwnStack:
    """
    Services of docker-compose.yml as processes of this machine.

    Hosts and ports, and the paths of the containers, are replaced; commands,
    environment, users, secrets and health checks are those of the files.
    """

    def __init__(self, image: OwnImage) -> None:
        self.image = image
        self.root = image.root
        self.compose: Tree = read_compose()
        self.ports = {name: free_port() for name in ("gateway", "admin", "model", "prometheus")}
        self.redis = {name: self._redis(name) for name in ("redis", "cache")}
        self.started: dict[str, subprocess.Popen[bytes]] = {}
        self._make_secrets()
        self.before = files_in(self.root)

    def key(self, name: str) -> str:
        """Return what a secret says."""
        return (self.root / "run/secrets" / name).read_text("utf-8").strip()

    def environment(self, name: str) -> dict[str, str]:
        """Return the variables of a service of ours, with our ports and folders."""
        given = self.image.environment | environment_of(self.compose["services"][name])
        own = {key: self.image.inside(value) for key, value in given.items()}
        ports = {"GATEWAY_PORT": "gateway", "GATEWAY_ADMIN_PORT": "admin"}
        own |= {key: str(self.ports[port]) for key, port in ports.items() if key in given}
        if name == "simulator":
            return own | {"GATEWAY_PORT": str(self.ports["model"])}
        return own | {"LOCAL_BASE_URL": f"http://127.0.0.1:{self.ports['model']}/v1", "HOME": str(self.root)}

    def start(self, name: str, *command: str) -> None:
        """Start the image's program, as the user that the service names, in a folder that it cannot write."""
        words = command or tuple(self.compose["services"][name]["command"])
        with (self.root / f"{name}.log").open("wb") as log:
            self.started[name] = subprocess.Popen(
                [self.image.inside("/opt/gateway/bin/deepseek-gateway"), *words],
                env=self.environment(name), cwd=self.root, stdout=log, stderr=log,
                user=self.user, group=self.user,
            )  # fmt: skip

    def run(self, name: str, program: str, *words: str) -> "subprocess.CompletedProcess[bytes]":
        """Run a program of the image to its end, as `docker compose exec` would in this service."""
        return subprocess.run(
            [self.image.inside(f"/opt/gateway/bin/{program}"), *words],
            env=self.environment(name), cwd=self.root, capture_output=True, timeout=60, check=False,
            user=self.user, group=self.user,
        )  # fmt: skip

    def is_healthy(self, name: str) -> bool:
        """Run the health check of a service of ours."""
        return 0 == self.run(name, *self.compose["services"][name]["healthcheck"]["test"][1:]).returncode

    def until_healthy(self, name: str) -> None:
        """Return once its health check says so."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self.is_healthy(name):
            assert self.started[name].poll() is None, (self.root / f"{name}.log").read_text()[-3000:]
            assert time.monotonic() < deadline, (self.root / f"{name}.log").read_text()[-3000:]
            time.sleep(0.2)

    def stop(self) -> dict[str, int]:
        """End everything by the signal that the engine sends; return how each ended."""
        for process in self.started.values():
            process.terminate()
        codes = {name: process.wait(timeout=60) for name, process in self.started.items()}
        for server in self.redis.values():
            server.stop()
        return codes

    @property
    def user(self) -> int | None:
        """The number to run as; None where that is our own."""
        return None if self.image.user == os.geteuid() else self.image.user

    def _redis(self, name: str) -> RedisServer:
        words = [self.image.inside(word) for word in self.compose["services"][name]["command"]]
        folder = self.root / f"data-{name}"
        return RedisServer(folder, *[str(folder) if word == "/data" else word for word in words])

    def _make_secrets(self) -> None:
        made = self.root / "secrets"
        subprocess.run([ROOT / "deploy/make-secrets", made], check=True, capture_output=True, timeout=60)
        for name in self.compose["secrets"]:
            text = (made / secret_file(self.compose, name)).read_text("utf-8")
            for host, server in self.redis.items():
                text = text.replace(f"@{host}:6379", f"@127.0.0.1:{server.port}")
            (self.root / "run/secrets" / name).write_text(text, "utf-8")


def files_in(folder: Path) -> set[Path]:
    """Return everything below a folder, relative to it."""
    return {path.relative_to(folder) for path in folder.rglob("*")}
