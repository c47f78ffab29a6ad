"""The text of a config file."""

from __future__ import annotations

import codecs
from pathlib import Path

from bpcli.config.source import MalformedError, Source, Span
from bpcli.errors import ConfigError, Problem

LARGEST = 1 << 20
"""Bytes of a config file, and characters that its values may come to where aliases repeat them."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_source(path: Path) -> Source:
    """The UTF-8 text in the file. Raises `ConfigError` where it cannot be had, `MalformedError` where it is no text."""
    content = _read(path)
    if content.startswith(_UTF16):
        raise _refused(f"{path} is UTF-16: save it as UTF-8")
    try:
        return Source(str(path), content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = Source(str(path), content[: error.start].decode("utf-8-sig"))
        span = Span(before, len(before.lines) - 1, len(before.lines[-1]))
        raise MalformedError(
            span, f"the byte 0x{content[error.start]:02x} is not UTF-8: is this a text file?"
        ) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _refused(f"there is no file {path}") from None
    except IsADirectoryError:
        raise _refused(f"{path} is a folder, not a config file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _refused(f"cannot read {path}: {reason}") from None
    if len(content) > LARGEST:
        raise _refused(f"{path} is larger than 1 MiB, so it is not a config")
    return content


def _refused(message: str) -> ConfigError:
    return ConfigError([Problem((), message)])
