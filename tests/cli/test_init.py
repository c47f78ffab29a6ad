"""`bpcli init` and `bpcli schema`: something to start from, and help for an editor."""

from __future__ import annotations

import json
from pathlib import Path

from bpcli.config.builtin import builtin_config, builtin_configs

from .conftest import Command


def test_without_a_name_all_are_listed_with_a_line_each(bpcli: Command) -> None:
    lines = bpcli("init").out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [c.name for c in builtin_configs()]


def test_a_config_is_written_and_can_be_trained(bpcli: Command) -> None:
    written = bpcli("init", "circles", "-o", "mine.yaml")
    assert written == (0, "", "wrote mine.yaml; train it with\n  bpcli train mine.yaml\n")
    assert bpcli("train", "mine.yaml", "--dry-run").code == 0


def test_a_dash_prints_it(bpcli: Command) -> None:
    assert bpcli("init", "circles", "-o", "-") == (0, builtin_config("circles").text, "")


def test_a_schema_is_referred_to_where_it_lies_beside(bpcli: Command) -> None:
    Path("with").mkdir()
    Path("with/bpcli.schema.json").write_text(bpcli("schema").out)
    bpcli("init", "circles", "-o", "alone.yaml")
    bpcli("init", "circles", "-o", "with/circles.yaml")
    assert "schema" not in Path("alone.yaml").read_text()
    reference = "# yaml-language-server: $schema=bpcli.schema.json\n"
    assert Path("with/circles.yaml").read_text() == reference + Path("alone.yaml").read_text()


def test_nothing_is_overwritten(bpcli: Command) -> None:
    before = Path("xor.yaml").read_text()
    refused = bpcli("init", "xor")
    assert refused.code == 2
    assert refused.err == "error: xor.yaml is there already: choose another file with -o, or delete it\n"
    assert Path("xor.yaml").read_text() == before


def test_an_unknown_name_is_answered_with_those_there_are(bpcli: Command) -> None:
    refused = bpcli("init", "xorr")
    assert refused.code == 2
    assert refused.err.startswith("error: there is no built-in config 'xorr'")


def test_a_folder_that_is_not_there_is_said(bpcli: Command) -> None:
    refused = bpcli("init", "xor", "-o", "no/where.yaml")
    assert refused.err == "error: cannot write no/where.yaml: No such file or directory; choose another file with -o\n"


def test_the_schema_is_json(bpcli: Command) -> None:
    schema = json.loads(bpcli("schema").out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"data", "model", "loss"} <= schema["properties"].keys()
