"""A real model server on the CPU, and the gateway in front of it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.processes import a_gateway, free_port, served, uncached_policies

_HERE = Path(__file__).resolve().parent
_ENVIRONMENT = _HERE.parents[1] / ".venv-local-model/bin"

MODEL = "deepseek-tiny"


@pytest.fixture(scope="session")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build the tiny model and serve it; gives the address of the server."""
    if not (_ENVIRONMENT / "transformers").exists():
        raise AssertionError(
            f"{_ENVIRONMENT.parent.name} is not there; run `make test-local-model`, which builds it"
        )
    folder = tmp_path_factory.mktemp("model")
    subprocess.run([_ENVIRONMENT / "python", _HERE / "build_model.py", folder / MODEL], check=True)
    hub = folder / "hub"
    hub.mkdir()
    port = free_port()
    address = ("--host", "127.0.0.1", "--port", str(port))
    with served(
        [_ENVIRONMENT / "transformers", "serve", MODEL, "--device", "cpu", *address, "--default-seed", "1"],
        environment={"HF_HUB_OFFLINE": "1", "HF_HOME": str(hub), "TOKENIZERS_PARALLELISM": "false"},
        ready_url=f"http://127.0.0.1:{port}/health",
        folder=folder,
        seconds=120,
    ):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def gateway_url(model_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the gateway with the shipped policies and the model server as the local one."""
    folder = tmp_path_factory.mktemp("gateway")
    with a_gateway(
        folder,
        GATEWAY_POLICIES=uncached_policies(folder),
        LOCAL_BASE_URL=f"{model_server}/v1",
        LOCAL_MODEL=MODEL,
        LOCAL_KIND="transformers",
    ) as url:
        yield url
