"""What stands in a file, and where; and the traps of YAML, each refused in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.config.load import load_config
from bpcli.config.sections import Config
from bpcli.config.text.document import LocatedConfigError
from bpcli.errors import ConfigError

Load = Callable[..., Config]
Report = Callable[..., str]

SMALLEST = "data: xor\nmodel: {layers: [4, 1]}\n"

TRAPS: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "c.yaml is empty: 'bpcli init' lists configs to start from"),
    "only comments": ("# nothing\n", "c.yaml is empty: 'bpcli init' lists configs to start from"),
    "a list": ("- a\n", "c.yaml holds a list, but a config is 'key: value' lines, such as 'data: xor'"),
    "one word": ("xor\n", "c.yaml holds one value, but a config is 'key: value' lines, such as 'data: xor'"),
    "two documents": ("data: xor\n---\na: 1\n", "c.yaml:2:1: a second document starts here: a config is only one"),
    "a duplicate": ("seed: 1\nseed: 2\n" + SMALLEST, "c.yaml:2:1: seed is given twice, first on line 1: keep one"),
    "a duplicate in quotes": ("seed: 1\n'seed': 2\n" + SMALLEST, "c.yaml:2:1: seed is given twice, first on line 1"),
    "a duplicate deep down": (
        "model: {layers: [4], layers: [{a: 1, a: 2}]}\ndata: xor",
        "c.yaml:1:22: model.layers is given twice, first on line 1: keep one of the two",
    ),
    "a tab": ("model:\n\tlayers: [1]\n", "c.yaml:2:1: a tab cannot indent a line: use spaces"),
    "a second colon": ("data: a: b\n", "c.yaml:1:8: a ':' cannot stand here: put the key on a line of its own"),
    "bad indentation": (
        "data:\n    name: xor\n  bits: 2\n",
        "c.yaml:3:3: this does not fit the lines above: look at the",
    ),
    "an open list": ("model: {layers: [4, 1}\n", "c.yaml:1:22: a ',' or the closing ']' of a list is missing"),
    "an open section": ("model: {layers: 4\n", "c.yaml:1:8: what begins here with { is never closed"),
    "an open quote": ("name: 'xor\ndata: xor\n", "c.yaml:1:7: what begins here with ' is never closed"),
    "an open list at the end": ("data: xor\nmodel: [", "c.yaml:2:9: a value is missing here"),
    "text after quotes": ("name: 'a' b\n", "c.yaml:1:11: this does not fit the lines above: look at the indentation"),
    "text after the end": ("{data: xor}, b\n", "c.yaml:1:12: nothing may stand here: the value before it is complete"),
    "a reserved character": ("name: @xor\n", "c.yaml:1:7: a value cannot start with '@': quote it"),
    "no colon": ("data: xor\nseed\n", "c.yaml:2:1: this line is no 'key: value': a ':' is missing"),
    "a python tag": (
        "data: !!python/object/apply:os.system [ls]\nmodel: {layers: [1]}\n",
        "c.yaml:1:7: a tag is not allowed: write the plain value",
    ),
    "a local tag": (SMALLEST + "seed: !x 1\n", "c.yaml:3:7: a tag is not allowed: write the plain value"),
    "an unknown alias": (SMALLEST + "seed: *a\n", "c.yaml:3:7: there is no &a before this *a"),
    "an alias to itself": ("data: &a {name: *a}\n", "c.yaml:1:17: there is no &a before this *a"),
    "a merge key": ("data:\n  <<: {name: xor}\n", "c.yaml:2:3: merge keys (<<) are not supported: write the keys out"),
    "a number for a key": (
        SMALLEST + "1.5: 2\n",
        "c.yaml:3:1: a key has to be a word, not 1.5: '1.5', in quotes, is one",
    ),
    "null for a key": (SMALLEST + "~: 2\n", "c.yaml:3:1: a key has to be a word, not ~: '~', in quotes, is one"),
    "a list for a key": (SMALLEST + "[a]: 2\n", "c.yaml:3:1: a key has to be a word, not a list"),
    "a bad escape": ('name: "\\UFFFFFFFF"\n', "c.yaml:1:1: this is not valid YAML: it has an escape for no character"),
    "an unknown escape": ('name: "a\\d"\n', "c.yaml:1:10: an unknown escape in double quotes: use single quotes"),
    "a surrogate": (
        SMALLEST + 'name: "\\ud800"\n',
        "c.yaml:3:7: name: this text has a character that no text may have",
    ),
    "a null character": (
        SMALLEST + 'name: "a\\0"\n',
        "c.yaml:3:7: name: this text has a character that no text may have",
    ),
    "a surrogate in a key": (
        SMALLEST + '"a\\ud800": 1\n',
        "c.yaml:3:1: this text has a character that no text may have",
    ),
    "a control character": ("data: xor\nname: a\x07\n", "c.yaml:2:8: the character U+0007 does not belong into a text"),
    "a binary file": (b"PK\x03\x04\xff\xfe", "c.yaml:1:5: the byte 0xff is not UTF-8: is this a text file?"),
    "latin-1": ("data: xor\nname: é\n".encode("latin-1"), "c.yaml:2:7: the byte 0xe9 is not UTF-8"),
    "utf-16": ("data: xor".encode("utf-16"), "c.yaml is UTF-16: save it as UTF-8"),
    "huge": (b"# " + b"x" * (1 << 20), "c.yaml is larger than 1 MiB, so it is not a config"),
    "deep": ("data: " + "[" * 5000, "c.yaml:1:71: nested more than 64 levels deep"),
    "deep blocks": ("- " * 1000 + "a", "c.yaml:1:131: nested more than 64 levels deep"),
    "many values": ("data: [" + "1," * 10_001 + "1]", "c.yaml:1:20002: more than 10,000 values"),
    "an alias of a long text": (
        "a: &a " + "x" * 200_000 + "\nb: [" + "*a, " * 9 + "1]\n",
        "c.yaml:2:21: aliases repeat more than 1,048,576 characters",
    ),
    "an alias bomb": (
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)),
        "c.yaml:4:36: more than 10,000 values",
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_refused_in_one_sentence(trap: str, report: Report) -> None:
    text, expected = TRAPS[trap]
    first, *rest = report(text).splitlines()
    assert first.startswith(expected)
    assert len(rest) in (0, 2)


@pytest.mark.parametrize(
    "layer", ["{init: x}", "{units: !a 1, init: x}", "{units: 1, init: {name: normal, x: 1}}", "x"]
)
def test_of_thousands_of_problems_the_first_are_shown(layer: str, report: Report) -> None:
    assert "more problems" in report(
        f"data: xor\nmodel: {{layers: [{f'{layer}, ' * (9900 // (layer.count(':') * 2 + 1))}1]}}\n"
    )


def test_a_byte_order_mark_is_no_part_of_the_text(load: Load) -> None:
    assert load("\ufeff" + SMALLEST) == load(SMALLEST)


def test_a_byte_order_mark_is_not_shown(report: Report) -> None:
    shown = report("\ufeffsed: 1\n" + SMALLEST)
    assert shown == "c.yaml:1:1: unknown key sed: did you mean seed?\n    sed: 1\n    ^^^"


def test_windows_line_ends_do_not_move_the_lines(report: Report) -> None:
    shown = report("data: xor\r\n\r\nmodel: {layers: [4, 1]}\r\nsed: 1\r\n")
    assert shown == "c.yaml:4:1: unknown key sed: did you mean seed?\n    sed: 1\n    ^^^"


def test_an_alias_repeats_its_value(load: Load) -> None:
    config = load("data: xor\nmodel:\n  layers:\n    - &layer {units: 4}\n    - *layer\n    - 1\n")
    assert [layer.units for layer in config.model.layers] == [4, 4, 1]


def test_a_problem_inside_an_alias_points_at_the_alias(report: Report) -> None:
    text = "data: xor\nmodel:\n  layers:\n    - &layer {units: 0}\n    - *layer\n"
    assert "c.yaml:5:7: model.layers[1].units must be greater than 0, not 0\n    - *layer\n      ^^^^^^" in report(text)


def test_control_codes_of_a_config_do_not_reach_the_terminal(report: Report) -> None:
    shown = report(SMALLEST + 'dtype: "\\e[31m"\n')
    assert "\x1b" not in shown
    assert "not '\\x1b[31m'" in shown


def test_only_the_first_twenty_problems_are_shown(report: Report) -> None:
    shown = report(SMALLEST + "".join(f"banana{i}: 1\n" for i in range(30)))
    assert shown.count("unknown key") == 20
    assert shown.endswith("... and 10 more problems")


def test_a_file_that_is_not_there_is_named(in_folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"^there is no file no/such\.yaml$"):
        load_config("no/such.yaml")


def test_a_folder_is_no_config(in_folder: Path) -> None:
    Path("configs").mkdir()
    with pytest.raises(ConfigError, match=r"^configs is a folder, not a config file$"):
        load_config("configs")


def test_a_path_that_cannot_be_opened_is_refused(in_folder: Path) -> None:
    Path("file").touch()
    for path in ("file/c.yaml", "x" * 5000, "a\0b"):
        with pytest.raises(ConfigError, match=r"^cannot read "):
            load_config(path)


_SNIPPETS = [
    *"ab:-?*&!|>[]{}, \n\t'\"#%@1.",
    "data",
    "xor",
    "model",
    "layers",
    "units",
    "- ",
    ": ",
    "\n  ",
    "<<",
    "é",
    "\0",
]


@given(st.lists(st.sampled_from(_SNIPPETS), max_size=40).map("".join) | st.text(max_size=60))
def test_no_text_ends_in_anything_but_a_config_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value)


def test_each_problem_is_there_for_programs_too(load: Load) -> None:
    with pytest.raises(LocatedConfigError) as caught:
        load(SMALLEST + "seed: -1\n")
    assert [problem.path for problem in caught.value.problems] == [("seed",)]
