"""What the keys of a section mean, read from the line under each field."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise


@cache
def key_docs(section: type) -> dict[str, str]:
    """The docstring of each field of a section that has one, its own or inherited."""
    docs: dict[str, str] = {}
    for cls in reversed(section.__mro__[:-1]):
        if not hasattr(cls, "__dataclass_fields__"):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, below in pairwise(body.body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and (text := _text(below)):
                docs[field.target.id] = text
    return docs


def section_doc(section: type) -> str:
    """The first line of a section's docstring."""
    return inspect.cleandoc(section.__doc__ or "").partition("\n")[0]


def _text(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        return inspect.cleandoc(value) if isinstance(value, str) else None
    return None
