"""How one value is read from the environment, and refused by its name."""

import ipaddress
import os
import re
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_DAYS = 36_500
_MOST_DIGITS = 12
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}")
_OF_ADDRESSES = "0123456789."
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9._:\[\]-]+")
_Choice = TypeVar("_Choice", bound=str)


class InvalidSetting(Exception):
    """An environment variable has a value that cannot be used."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


def secret_text(environ: Mapping[str, str], name: str) -> str | None:
    """Return the value of a variable, or the content of the file that `<name>_FILE` names."""
    if path := environ.get(f"{name}_FILE"):
        if environ.get(name):
            raise InvalidSetting(name, f"{name}_FILE is set too. Set only one of them.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidSetting(
                f"{name}_FILE", f"{path} cannot be read. Name a readable text file."
            ) from error
    return environ.get(name) or None


def megabytes_of(environ: Mapping[str, str], name: str, default: str) -> int:
    """Return a size in bytes that is given in megabytes; raise `InvalidSetting`."""
    text = environ.get(name) or default
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise InvalidSetting(name, f"{text!r} is no size. Use a whole number of megabytes.")
    return int(text) * 1024 * 1024


def number_of(environ: Mapping[str, str], name: str, default: str, *, most: int) -> int:
    """Return a whole number from 1 on; raise `InvalidSetting`."""
    text = environ.get(name) or default
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS or not 1 <= int(text) <= most:
        raise InvalidSetting(name, f"{text[:20]!r} is not a number from 1 to {most}.")
    return int(text)


def port_of(environ: Mapping[str, str], name: str, default: str) -> int:
    """Return a port; 0 picks a free one; raise `InvalidSetting`."""
    text = environ.get(name) or default
    if not text.isascii() or not text.isdigit() or len(text) > 5 or int(text) > 65535:
        raise InvalidSetting(
            name, f"{text[:20]!r} is no port. Use a number from 0 to 65535; 0 picks a free one."
        )
    return int(text)


def host_of(environ: Mapping[str, str], name: str, default: str) -> str:
    """Return an address or a name to listen at; raise `InvalidSetting`."""
    text = environ.get(name) or default
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        # Digits and dots alone are an address that is none.
        if not _HOST.fullmatch(text) or not text.strip(_OF_ADDRESSES):
            wish = "Write 127.0.0.1, 0.0.0.0, :: or a name, without http:// and without the port."
            raise InvalidSetting(name, f"{text[:60]!r} is no address to listen at. {wish}") from error
    return text


def seconds_of(environ: Mapping[str, str], name: str, default: str) -> float:
    """Return a time of at most an hour; raise `InvalidSetting`."""
    text = environ.get(name) or default
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise InvalidSetting(name, f"{text!r} is no time. Use seconds from 0 to 3600.")
    return seconds


def days_of(environ: Mapping[str, str], name: str, default: str) -> int:
    """Return a number of days, up to a hundred years; raise `InvalidSetting`."""
    text = environ.get(name) or default
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS or int(text) > _MOST_DAYS:
        raise InvalidSetting(name, f"{text!r} is no number of days. Use whole days from 0 to {_MOST_DAYS}.")
    return int(text)


def switch_of(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Return whether something is on; raise `InvalidSetting`."""
    text = environ.get(name, "").lower()
    if text in ("", "1", "on", "true", "0", "off", "false"):
        return default if text == "" else text in ("1", "on", "true")
    raise InvalidSetting(name, f"{text!r} is neither on nor off.")


def choice_of(environ: Mapping[str, str], name: str, choices: Sequence[_Choice], default: _Choice) -> _Choice:
    """Return one of a few words; raise `InvalidSetting`."""
    text = environ.get(name, "").lower() or default
    for choice in choices:
        if choice == text:
            return choice
    raise InvalidSetting(name, f"{text!r} is none of {', '.join(choices)}.")


def folder_of(environ: Mapping[str, str], name: str, default: str) -> Path:
    """Return a folder that exists; raise `InvalidSetting`."""
    path = Path(environ.get(name) or default)
    # Not Path's own: that one raises where a folder above is closed to us.
    if not os.path.isdir(path):  # noqa: PTH112
        raise InvalidSetting(
            name, f"{path} is no folder. Run from the project's folder, or name the policy folder."
        )
    return path


def file_of(name: str, text: str) -> Path:
    """Return a file that exists; raise `InvalidSetting`."""
    path = Path(text)
    if not os.path.isfile(path):  # noqa: PTH113 - as above
        raise InvalidSetting(name, f"{path} is no file. Name a PEM file of certificates.")
    return path


def authorities_of(name: str, text: str) -> Path:
    """Return a file of certificates that can be believed; raise `InvalidSetting`."""
    path = file_of(name, text)
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        raise InvalidSetting(
            name, f"{path} has no certificates that can be read. Name a PEM file of certificates."
        ) from error
    return path


def networks_of(environ: Mapping[str, str], name: str, default: str) -> tuple[Network, ...]:
    """Return networks separated by commas; raise `InvalidSetting`."""
    text = environ.get(name) or default
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise InvalidSetting(
            name, f"{error}. Use networks such as 10.0.0.0/8, separated by commas."
        ) from error


def origins_of(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return origins of web pages separated by commas, or `*` for all; raise `InvalidSetting`."""
    origins = tuple(part.strip().lower() for part in environ.get(name, "").split(",") if part.strip())
    for origin in origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise InvalidSetting(
                name,
                f"{origin[:60]!r} is no origin. Write https://app.example without a path, or * for all; "
                "several are separated by commas.",
            )
    return origins
