"""What the YAML parser stumbles over, in the words of someone who writes a config."""

from __future__ import annotations

import re

import yaml

from bpcli.config.source import MalformedError, Source, Span

_WORDING = (
    (r"mapping values are not allowed", "a ':' cannot stand here: put the key on a line of its own, or quote the text"),
    (r"could not find expected ':'", "this line is no 'key: value': a ':' is missing"),
    (r"found character '\\t'", "a tab cannot indent a line: use spaces"),
    (r"found character '(.)' that cannot start", r"a value cannot start with '\1': quote it"),
    (r"expected <block end>", "this does not fit the lines above: look at the indentation and the quotes"),
    (r"expected ',' or '\]'", "a ',' or the closing ']' of a list is missing before this"),
    (r"expected ',' or '\}'", "a ',' or the closing '}' of a section is missing before this"),
    (r"found unknown escape character", "an unknown escape in double quotes: use single quotes, or double the '\\\\'"),
    (r"expected the node content|did not find expected node", "a value is missing here"),
    (r"expected '<document start>'", "nothing may stand here: the value before it is complete"),
    (r"sequence entries are not allowed", "a '- ' cannot stand here: put it on a line of its own"),
)


_OPENING = ("[", "{", "'", '"')


def malformed(error: Exception, source: Source, column: int) -> MalformedError:
    """The `MalformedError` of what PyYAML raised; `column` is where in the source's first line its text began."""
    if isinstance(error, yaml.reader.ReaderError):
        return _unprintable(error, source, column)
    if not isinstance(error, yaml.MarkedYAMLError):
        return MalformedError(Span(source, 0, column), "this is not valid YAML: it has an escape for no character")
    message = _worded(error.problem or "")
    mark = error.problem_mark or error.context_mark
    opening = error.context_mark
    if opening is not None and mark is not None:
        first = source.text[opening.index + column :][:1]
        if first in _OPENING and not source.text[mark.index + column :].strip():
            mark, message = opening, f"what begins here with {first} is never closed"
        elif "expected ':'" in (error.problem or ""):
            mark = opening
    if mark is None:
        return MalformedError(Span(source, 0, column), message)
    line = min(mark.line, len(source.lines) - 1)
    at = mark.column + (column if line == 0 else 0) if line == mark.line else len(source.lines[line])
    return MalformedError(Span(source, line, at), message)


def _worded(problem: str) -> str:
    for pattern, wording in _WORDING:
        if match := re.search(pattern, problem):
            return match.expand(wording)
    return f"this is not valid YAML: {problem.replace('<stream end>', 'the end of the text')}"


def _unprintable(error: yaml.reader.ReaderError, source: Source, column: int) -> MalformedError:
    before = Source(source.name, source.text[: column + error.position]).lines
    span = Span(source, len(before) - 1, len(before[-1]))
    return MalformedError(span, f"the character U+{int(error.character):04X} does not belong into a text")
