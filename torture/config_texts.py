"""Texts that may or may not be configs: built-in ones mutated, ones drawn from the schema, and traps."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

from torture.schema_texts import draw_config
from torture.yaml_traps import KEYS, LARGE, TEXTS, VALUES

BUILT_IN = sorted((Path(__file__).parent.parent / "configs").glob("*.yaml"))

_KEY = re.compile(rb"[a-z_0-9]+(?=:)")
_VALUE = re.compile(rb"(?<=: )[^\n,{}\[\]]+|(?<=[\[ ])[^\n,{}\[\] ]+(?=[,\]])|[\[{][^\n]*[\]}]")
_ODD_BYTES = b"\0\t\n\r !\"#%&'*,-.0:<>?@[]`{|}~\x07\x7f\x80\x85\xbf\xc3\xe2\xff"


def text(number: int, large: int) -> tuple[str, bytes]:
    """The kind of the text with this number, and the text: always the same. The first `large` are large ones."""
    draw = random.Random(number)
    if number < large:
        return "large", LARGE[number * len(LARGE) // large]()
    number -= large
    kinds = {"mutated": _mutated, "generated": _generated, "trap": lambda draw: _trap(number // 3, draw)}
    kind = list(kinds)[number % 3]
    return kind, kinds[kind](draw)


def _mutated(draw: random.Random) -> bytes:
    content = draw.choice(BUILT_IN).read_bytes()
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        content = draw.choice(_MUTATIONS)(content, draw)
    return content


def _generated(draw: random.Random) -> bytes:
    return draw_config(draw, illegal=draw.choice((0, 0, 0.02, 0.2)), values=VALUES).encode()


def _trap(number: int, draw: random.Random) -> bytes:
    """First the whole texts, one after the other; then every value where a value of some config stands."""
    if number < len(TEXTS):
        trap = TEXTS[number]
        return trap if isinstance(trap, bytes) else trap.encode()
    value = VALUES[(number - len(TEXTS)) % len(VALUES)]
    if draw.random() < 0.5:
        return _replaced(_VALUE, draw.choice(BUILT_IN).read_bytes(), value, draw)
    return draw_config(draw, illegal=0.05, values=(value,)).encode()


def _replaced(pattern: re.Pattern[bytes], content: bytes, by: str, draw: random.Random) -> bytes:
    """Any one match of the pattern replaced."""
    matches = list(pattern.finditer(content))
    if not matches:
        return content
    start, end = draw.choice(matches).span()
    return content[:start] + by.encode() + content[end:]


def _flip_bit(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content) or 1)
    return content[:at] + bytes(byte ^ 1 << draw.randrange(8) for byte in content[at : at + 1]) + content[at + 1 :]


def _put_byte(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + bytes([draw.choice(_ODD_BYTES)]) + content[at + draw.randrange(2) :]


def _cut(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + content[at + draw.choice((1, 1, 2, 5, 20, 10**6)) :]


def _double(content: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(content) + 1)
    end = start + draw.choice((1, 2, 5, 20))
    return content[:end] + content[start:end] * draw.choice((1, 1, 3, 100)) + content[end:]


def _swap_lines(content: bytes, draw: random.Random) -> bytes:
    lines = content.split(b"\n")
    a, b = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def _double_line(content: bytes, draw: random.Random) -> bytes:
    lines = content.split(b"\n")
    lines.insert(draw.randrange(len(lines) + 1), draw.choice(lines))
    return b"\n".join(lines)


def _indent_line(content: bytes, draw: random.Random) -> bytes:
    lines = content.split(b"\n")
    at = draw.randrange(len(lines))
    lines[at] = draw.choice((b" ", b"  ", b"\t", b"- ", b"? ", b"    ")) + lines[at]
    return b"\n".join(lines)


def _rename_key(content: bytes, draw: random.Random) -> bytes:
    others = [match.decode() for match in _KEY.findall(content)]
    return _replaced(_KEY, content, draw.choice((draw.choice(KEYS), draw.choice(others or ["a"]))), draw)


def _replace_value(content: bytes, draw: random.Random) -> bytes:
    return _replaced(_VALUE, content, draw.choice(VALUES), draw)


def _add_key(content: bytes, draw: random.Random) -> bytes:
    return content + f"\n{draw.choice(KEYS)}: {draw.choice(VALUES)}\n".encode()


def _recode(content: bytes, draw: random.Random) -> bytes:
    readable = content.decode("utf-8", errors="replace")
    return readable.encode(draw.choice(("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1")), errors="replace")


def _append(content: bytes, draw: random.Random) -> bytes:
    between = draw.choice((b"", b"\n", b"\n---\n", b"\n...\n", b"\n\xff", b"\0"))
    return content + between + draw.choice(BUILT_IN).read_bytes()


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flip_bit, _put_byte, _put_byte, _cut, _double, _swap_lines, _double_line, _indent_line),
    *(_rename_key, _rename_key, _replace_value, _replace_value, _replace_value, _replace_value, _add_key),
    *(_recode, _append),
)
