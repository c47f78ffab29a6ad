"""A config from a file, or from the plain data in a checkpoint; and back to YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import yaml

from bpcli.config.overrides import apply_overrides
from bpcli.config.sections import Config
from bpcli.config.shorthand import expand
from bpcli.config.text.document import Document, MalformedError, Source
from bpcli.config.text.scalars import MOST_DIGITS, NO_TEXT, is_text, resolve_plain
from bpcli.config.text.yaml_reader import MOST_VALUES, compose, read_source
from bpcli.config.validate import validate
from bpcli.data.sources.inline import Inline
from bpcli.errors import KeyPath, Problem, dotted


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """The config in the YAML file at `path`, changed by `key=value` overrides.

    Raises `ConfigError`, whose text shows every problem with its file, line and column.
    """
    return read_config(path, overrides)[0]


def read_config(path: str | Path, overrides: Sequence[str] = ()) -> tuple[Config, Document]:
    """`load_config`, with the document, which can locate problems that are found later. Raises `ConfigError`."""
    path = Path(path)
    document = _read_document(path)
    config = _config(document, overrides)
    return replace(config, name=config.name or _folder_name(path.stem)), document


def config_from_data(data: dict[str, Any], overrides: Sequence[str] = ()) -> Config:
    """The config in plain data, as `config_to_data` gives and a checkpoint holds. Raises `ConfigError`."""
    document = Document(Source("the config in the checkpoint"), data)
    document.require_valid(_beyond_yaml(data))
    return _config(document, overrides)


def config_to_data(config: Config) -> dict[str, Any]:
    """Dicts, lists and plain values, with every default written out."""
    data: dict[str, Any] = {key: _plain(value) for key, value in asdict(config).items()}
    return data


def config_to_yaml(config: Config) -> str:
    """The whole config as YAML that `load_config` reads back to an equal one."""
    return yaml.dump(config_to_data(config), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _read_document(path: Path) -> Document:
    document = Document(Source(str(path)))
    try:
        document.source = read_source(path)
        data = compose(document.source, document, text=document.source.text)
    except MalformedError as error:
        document.add(error.span, error.message)
        document.require_valid()
    if data is None and not document.found:
        raise document.whole("is empty: 'bpcli init' lists configs to start from")
    if not isinstance(data, dict):
        kind = "a list" if isinstance(data, list) else "one value"
        raise document.whole(f"holds {kind}, but a config is 'key: value' lines, such as 'data: xor'")
    document.data = data
    return document


def _config(document: Document, overrides: Sequence[str]) -> Config:
    document.data = expand(document.data, Config)
    apply_overrides(document, overrides)
    config, problems = validate(document.data)
    document.require_valid(problems)
    assert config is not None
    if is_too_large(config_to_data(config)):
        limits = f"{MOST_VALUES:,} values of {MOST_CHARACTERS:,} characters"
        fewer = "put the table into a csv file" if isinstance(config.data, Inline) else "write fewer layers"
        raise document.whole(f"has more than {limits} with its defaults written out: {fewer}")
    return config


def _beyond_yaml(data: Any) -> Iterator[Problem]:
    """Keys and values that JSON can hold, and the YAML of a config cannot: what comes later is not made for them."""
    ahead: list[tuple[KeyPath, Any]] = [((), data)]  # deeper than Python may recurse
    while ahead:
        path, value = ahead.pop()
        if isinstance(value, str) and not is_text(value):
            yield Problem(path, f"{dotted(path)}: {NO_TEXT}")
        elif type(value) is int and abs(value) >= 10**MOST_DIGITS:
            yield Problem(path, f"{dotted(path)}: a number of more than {MOST_DIGITS} digits is not allowed")
        elif isinstance(value, list):
            ahead += [((*path, index), below) for index, below in enumerate(value)]
        elif isinstance(value, dict):
            ahead += [((*path, key), below) for key, below in value.items()]
            if not all(map(is_text, value)):
                yield Problem(path, f"{dotted(path) or 'the config'} has a key with a character that no text may have")


def _folder_name(stem: str) -> str:
    """A file's name as the name of a run, whatever characters it has."""
    return re.sub(r"[^\w+-]+", "-", stem)[:100].strip("+-") or "run"


def _plain(value: Any) -> Any:
    """Lists for tuples, names first, and the bare word for a section that has nothing but a name."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key != "name")
        return value["name"] if keys == ["name"] else {key: _plain(value[key]) for key in keys}
    return [_plain(below) for below in value] if isinstance(value, list | tuple) else value


class _Dumper(yaml.SafeDumper):
    """Writes what `compose` reads: text that would pass for a number in quotes, small sections and
    lists of plain values on one line.
    """

    SMALL = 3

    def represent_text(self, text: str) -> yaml.Node:
        try:
            plain = isinstance(resolve_plain(text), str) and text.isprintable()  # a break inside would become a space
        except ValueError:
            plain = False
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')

    def represent_section(self, section: dict[str, Any]) -> yaml.Node:
        inline = len(section) <= self.SMALL and not any(isinstance(below, dict | list) for below in section.values())
        return self.represent_mapping("tag:yaml.org,2002:map", section, flow_style=inline)

    def represent_entries(self, entries: list[Any]) -> yaml.Node:
        inline = not any(isinstance(entry, dict) for entry in entries)
        return self.represent_sequence("tag:yaml.org,2002:seq", entries, flow_style=inline)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(dict, _Dumper.represent_section)
_Dumper.add_representer(list, _Dumper.represent_entries)


MOST_CHARACTERS = 80_000
"""Of all keys and values together: escaped and laid out they stay below the largest file that is read."""


def is_too_large(data: dict[str, Any]) -> bool:
    """Whether plain data, written as YAML, would be refused for its size."""
    values, characters = _extent(data)
    return values > MOST_VALUES or characters > MOST_CHARACTERS


def _extent(value: Any) -> tuple[int, int]:
    """Keys and values, as `compose` counts them, and their characters."""
    if not isinstance(value, dict | list):
        return 1, len(str(value))
    extents = [_extent(below) for below in (value.values() if isinstance(value, dict) else value)]
    values, characters = 1 + sum(count for count, _ in extents), sum(length for _, length in extents)
    return (values + len(value), characters + sum(map(len, value))) if isinstance(value, dict) else (values, characters)
