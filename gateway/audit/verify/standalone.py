"""The verifier as one file, for whoever has Python and `cryptography` and not this gateway."""

from importlib.resources import files

from gateway.audit.verify.joining import joined

MODULES = (
    "gateway.audit.merkle",
    "gateway.audit.verify.finding",
    "gateway.audit.verify.signatures",
    "gateway.audit.verify.walk",
    "gateway.audit.verify.listing",
    "gateway.audit.verify.heads",
    "gateway.audit.verify.segments",
    "gateway.audit.verify.texts",
    "gateway.audit.verify.folder",
    "gateway.audit.verify.bundle",
    "gateway.audit.verify.main",
)
_HEAD = '''#!/usr/bin/env python3
"""
Check an audit log of deepseek-gateway, or a proof from one.

    pip install cryptography
    python audit_verify.py FOLDER --pin <public key> --anchor <kept checkpoint>
    python audit_verify.py PROOF.json --pin <public key>

Made by `deepseek-gateway audit verifier` out of the modules named below; the
format is in docs/audit-spec.md. It reads and writes nothing else.
"""
'''


def standalone_text() -> str:
    """Return the one file."""
    return joined({name: _source(name) for name in MODULES}, head=_HEAD, own="gateway")


def _source(module: str) -> str:
    package, _, name = module.rpartition(".")
    return files(package).joinpath(f"{name}.py").read_text(encoding="utf-8")
