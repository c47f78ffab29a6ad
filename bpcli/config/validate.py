"""Plain data to a `Config`, by pydantic; what it finds is said in sentences of our own.

Pydantic decides whether a value is right. What is allowed at its place we read off the same type hints, so that
a union is one sentence and no word of pydantic's is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

from annotated_types import MinLen
from pydantic import TypeAdapter, ValidationError

from bpcli.config.fields import child, choices, descend, describe, key_docs, options, section_of, sections, walk
from bpcli.config.key_aliases import unknown_key
from bpcli.config.rules.keys import coherence_problems
from bpcli.config.sections import Config
from bpcli.config.wording import nearest, refusal, shown, unset
from bpcli.errors import KeyPath, Problem, dotted

MOST_WORDED = 200
"""Problems that a sentence is made for; looking for the nearest of all keys takes its time."""


def validate(data: dict[str, Any]) -> tuple[Config | None, list[Problem]]:
    """The config in `data`, whose short forms are written out, or everything that is wrong with it."""
    config, problems = _typed(data)
    broken = {str(problem.path[0]) for problem in problems}
    sound = config or _typed({key: value for key, value in data.items() if key not in broken} | _stand_ins(broken))[0]
    if sound is not None:
        problems += coherence_problems(sound, except_for=broken)
    return (None if problems else config), problems


def _typed(data: dict[str, Any]) -> tuple[Config | None, list[Problem]]:
    problems = list(islice(_choice_problems(data), MOST_WORDED))
    config, errors = None, []
    try:
        config = _adapter().validate_json(json.dumps(data))
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
    kinds: dict[KeyPath, str] = {}
    for details in errors:
        path = _path(details["loc"], data)
        if path is not None:
            kinds.setdefault(path, details["type"])
        if len(kinds) == MOST_WORDED:
            break
    chosen_wrongly = [problem.path for problem in problems]
    for path, kind in kinds.items():
        if any(path == other[: len(path)] or other == path[: len(other)] for other in chosen_wrongly):
            continue
        hint, value = descend(Config, data, path)
        if kind == "too_short" and len(value) >= _least_entries(hint):
            continue  # pydantic counts only the entries that are right
        problems.append(_problem(kind, data, path))
    return (None if problems else config), [problem for problem in problems if not _is_misspelt(problem, problems)]


def _is_misspelt(missing: Problem, problems: list[Problem]) -> bool:
    """Whether the key that is missing stands there under a wrong name, which says it all."""
    key = dotted(missing.path)
    return f"{key} is missing" in missing.message and any(
        problem.at_key and problem.message.removesuffix("?").endswith(f" {key}") for problem in problems
    )


@cache
def _adapter() -> TypeAdapter[Config]:
    return TypeAdapter(Config)


def _stand_ins(broken: set[str]) -> dict[str, Any]:
    """Required sections for the broken ones, so that the others can be looked at together in one pass."""
    return {
        key: value
        for key, value in {"data": {"name": "xor"}, "model": {"layers": [{"units": 1}]}}.items()
        if key in broken
    }


def _choice_problems(data: dict[str, Any]) -> Iterator[Problem]:
    """Sections whose name is missing, or is none there is."""
    for path, hint, value in walk(Config, data):
        names = choices(hint)
        if not isinstance(value, dict) or len(sections(hint)) < 2 or section_of(hint, value):
            continue
        allowed = describe(hint).removesuffix(", or null")
        if "name" not in value:
            yield Problem(path, f"{dotted(path)} needs a name: {allowed}")
        else:
            name = value["name"]
            message = f"{dotted(path)} must be {allowed}, not {shown(name)}{nearest(name, names) or unset(name, hint)}"
            yield Problem((*path, "name"), message)


def _path(loc: tuple[str | int, ...], data: Any) -> KeyPath | None:
    """Pydantic's location without the names of alternatives; None for an alternative that is not meant."""
    hint: Any = Config
    path: KeyPath = ()
    parts = iter(loc)
    for part in parts:
        if isinstance(data, dict) and len(sections(hint)) > 1:
            section = section_of(hint, data)
            if section is None or part not in (data["name"], section.__name__):
                return None
            part = next(parts, None)  # type: ignore[assignment]
            if part is None:
                break
        elif isinstance(data, dict) and any(option.is_mapping for option in options(hint)):
            if part not in data:
                continue
        elif not isinstance(data, dict | list) or (isinstance(data, dict) and not sections(hint)):
            break
        elif isinstance(data, list) and isinstance(part, str):
            if child(hint, data, 0) is None:
                break
            if not part.startswith("tuple["):
                return None
            continue
        hint, data = descend(hint, data, (part,))
        path = (*path, part)
    return path


def _problem(kind: str, data: dict[str, Any], path: KeyPath) -> Problem:
    hint, value = descend(Config, data, path)
    above, around = descend(Config, data, path[:-1])
    section = section_of(above, around)
    if kind == "missing":
        meaning = f" ({key_docs(section)[str(path[-1])]})" if section else ""
        return Problem(path, f"{dotted(path)} is missing{meaning}: give {describe(hint)}")
    if kind == "unexpected_keyword_argument" and section:
        return Problem(path, unknown_key(section, above, path), at_key=True)
    if kind == "too_short":
        least = _least_entries(hint)
        entries = "one entry" if least == 1 else f"{least} entries"
        example = ": [10] is a single layer of ten units" if path == ("model", "layers") else ""
        return Problem(path, f"{dotted(path)} must have at least {entries}{example}")
    subject = dotted(path[:-1] if choices(above) and path[-1] == "name" else path)
    return Problem(path, refusal(subject, hint, value))


def _least_entries(hint: Any) -> int:
    """How many entries a list must have."""
    bounds = (bound for option in options(hint) for bound in option.bounds)
    return max((bound.min_length for bound in bounds if isinstance(bound, MinLen)), default=0)
