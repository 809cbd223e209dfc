"""A policy folder that is good, and can be spoilt."""

from collections.abc import Mapping
from pathlib import Path

from gateway.identity.api_key import hash_of

KEY_HASH = hash_of("the key of acme")

GOOD: Mapping[str, str] = {
    "upstreams.yaml": """
upstreams:
  hosted:
    kind: deepseek
    base_url: https://api.deepseek.com
    residency: external
    credential: sk-hosted
  rack:
    kind: vllm
    base_url: http://gpu.internal:8000/v1/
    residency: on_premises
  play:
    kind: simulator
    residency: on_premises
""",
    "models.yaml": """
models:
  deepseek-flash:
    aliases: [deepseek-v4-flash]
    route:
      - upstream: hosted
        model: deepseek-flash
      - upstream: rack
        model: v4-flash
  deepseek-chat:
    defaults: {thinking: {type: disabled}}
    route:
      - upstream: hosted
        model: deepseek-flash
""",
    "plans/basic.yaml": """
plan: basic
body_limit_bytes: 2048
""",
    "tenants/acme.yaml": f"""
tenant: acme
plan: basic
residency: external
projects:
  app:
    keys:
      - id: first
        hash: {KEY_HASH}
""",
}


def a_folder(path: Path, **changes: str | None) -> Path:
    """
    Write the good folder with some files changed; None leaves a file out.

    A name is written with `__` for `/`, and without `.yaml`: `tenants__acme`.
    """
    files: dict[str, str | None] = dict(GOOD)
    files.update({f"{name.replace('__', '/')}.yaml": text for name, text in changes.items()})
    for file, text in files.items():
        if text is not None:
            target = path / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return path
