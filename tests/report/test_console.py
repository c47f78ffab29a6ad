"""What a console lets pass."""

from __future__ import annotations

import io

from rich.text import Text

from bpcli.report.console import SafeConsole


def printed(*objects: object, **options: object) -> str:
    file = io.StringIO()
    SafeConsole(file=file, width=80, **options).print(*objects)
    return file.getvalue()


def test_markup_and_names_of_emoji_are_text() -> None:
    assert printed("[red]a[/red] :smile: [link=x]y[/link]", force_terminal=True) == (
        "[red]a[/red] :smile: [link=x]y[/link]\n"
    )


def test_control_codes_are_escaped_wherever_they_come_from_and_its_own_are_not() -> None:
    assert printed(Text("a\x1b[2Jb\x9bc\u202ed", "red"), force_terminal=True, color_system="standard") == (
        "\x1b[31ma\\x1b[2Jb\\x9bc\\u202ed\x1b[0m\n"
    )


def test_usual_text_is_as_it_is() -> None:
    for text in ("größe", "日本語", "👩‍👩‍👧", "naïve – “quoted”", "עברית", "a\u00a0b"):
        assert printed(text) == f"{text}\n"
