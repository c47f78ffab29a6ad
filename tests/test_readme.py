"""The documents say what is: the config reference is the code's own."""

from __future__ import annotations

from pathlib import Path

from bpcli.config.fields import child, fields_of, key_docs, sections
from bpcli.config.reference import reference
from bpcli.config.sections import Config

DOCS = Path(__file__).parent.parent / "docs"


def test_the_config_reference_is_current() -> None:
    """Mend it with `python -m bpcli.config.reference > docs/config.md`."""
    assert (DOCS / "config.md").read_text(encoding="utf-8") == reference()


def all_sections(hint: object) -> set[type]:
    found: set[type] = set()
    for section in sections(hint):
        found.add(section)
        for below in fields_of(section).values():
            found |= all_sections(below) | all_sections(child(below, None, 0))
    return found


def test_every_section_and_every_key_says_what_it_is() -> None:
    for section in all_sections(Config):
        assert section.__doc__ is not None, section
        assert not section.__doc__.startswith(f"{section.__name__}("), f"{section} has no docstring"
        unsaid = [key for key in fields_of(section) if key != "name" and not key_docs(section).get(key)]
        assert not unsaid, (section, unsaid)
