"""`deepseek-gateway policy`: check policy documents, print their schema, make keys and clients for them."""

import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from gateway.cli.token_check import Worthless, check_token
from gateway.foundation.clock import SystemClock
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.identity.api_key import mint
from gateway.identity.clients import mint_client
from gateway.policy.book import PolicyBook
from gateway.policy.compiler import compile_book
from gateway.policy.documents import Documents
from gateway.policy.errors import PolicyRejected
from gateway.policy.loader import load
from gateway.policy.schema import schema_text
from gateway.policy.servers import Surroundings
from gateway.redaction.scanners import finder_for

# Stands for the simulator that `serve` would start; nothing is sent there.
_SIMULATOR_URL = "http://127.0.0.1:1"


def add_parser(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser("policy", help="check policy documents, make keys for them")
    acts = parser.add_subparsers(dest="act", required=True)
    check = acts.add_parser(
        "check", help="read and compile a policy folder with the variables of this shell; exit 1 if it is bad"
    )
    token = acts.add_parser(
        "token", help="say whose the token on standard input is, or why it would be refused (exit 1)"
    )
    for one in (check, token):
        one.add_argument(
            "directory",
            metavar="DIR",
            nargs="?",
            type=Path,
            default=Path(os.environ.get("GATEWAY_POLICIES") or "policies"),
            help="the policy folder (default: $GATEWAY_POLICIES, else ./policies)",
        )
    token.add_argument("--file", type=Path, metavar="PATH", help="read the token from this file instead")
    acts.add_parser("schema", help="print the JSON Schema of the documents")
    acts.add_parser("key", help="make an API key; the document gets its hash, the caller the key")
    acts.add_parser("client", help="make an OAuth client; the document gets its hash, the client its secret")
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Do what was asked; 0 if all is well, 1 if the documents are bad."""
    if args.act == "schema":
        sys.stdout.write(schema_text())
        return 0
    if args.act == "client":
        return _make_client()
    if args.act == "key":
        return _make_key()
    documents = load(args.directory, os.environ)
    everything = Surroundings(frozenset(documents.wanting_an_answer()), _SIMULATOR_URL, finder_for)
    try:
        book = compile_book(documents, everything)
    except PolicyRejected as rejected:
        sys.stderr.write("".join(f"{error}\n" for error in rejected.errors))
        sys.stderr.write(f"{len(rejected.errors)} mistakes in {args.directory}\n")
        return 1
    if args.act == "token":
        return _judge_token(book, args.file)
    return _tell_good(book, documents, args.directory)


def _judge_token(book: PolicyBook, file: Path | None) -> int:
    try:
        text = sys.stdin.buffer.read() if file is None else file.read_bytes()
        ca_file = os.environ.get("GATEWAY_CA_FILE")
        sys.stdout.write(asyncio.run(_token_said(text, book, Path(ca_file) if ca_file else None)) + "\n")
    except (Worthless, OSError) as error:
        sys.stderr.write(f"This token would be refused: {error}\n")
        return 1
    return 0


async def _token_said(text: bytes, book: PolicyBook, ca_file: Path | None) -> str:
    client = WebClient(trusting_context(ca_file))
    try:
        return await check_token(text, book.keyring.issuers, client, SystemClock())
    finally:
        await client.close()


def _tell_good(book: PolicyBook, documents: Documents, directory: Path) -> int:
    sys.stdout.write(
        f"{directory} is good: version {book.version}, {len(documents.tenants)} tenants, "
        f"{len(documents.models.models if documents.models else ())} models\n"
    )
    for model in book.unserved:
        sys.stdout.write(f"note: no server is set up for the model {model}; asking for it answers 503\n")
    return 0


def _make_key() -> int:
    key = mint()
    sys.stderr.write("The key, for the caller alone; it is kept nowhere and never shown again:\n")
    sys.stdout.write(f"{key.text.reveal()}\n")
    sys.stderr.write(
        f"For the tenant's document, under `keys`:\n  - id: {key.key_id}\n    hash: {key.hash}\n"
    )
    return 0


def _make_client() -> int:
    client = mint_client()
    sys.stderr.write(
        "Id and secret, for the client alone; the secret is kept nowhere and never shown again:\n"
    )
    sys.stdout.write(f"{client.client_id}\n{client.secret.reveal()}\n")
    sys.stderr.write(
        "For the tenant's document, under `clients`:\n"
        f"  - id: {client.client_id}\n    hashes: [{client.hash}]\n"
    )
    return 0
