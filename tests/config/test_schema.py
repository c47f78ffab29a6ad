"""The JSON Schema says what a config may hold, short forms included."""

import json
from pathlib import Path
from typing import Any

import pytest

from bpcli.config.schema import json_schema


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(json.dumps(json_schema()))
    return schema


def test_it_is_a_closed_schema_of_the_2020_draft(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["data", "model"]


def test_the_schema_that_ships_beside_the_configs_is_current(schema: dict[str, Any]) -> None:
    """Mend it with `bpcli schema > configs/bpcli.schema.json`."""
    shipped = Path(__file__).parents[2] / "configs" / "bpcli.schema.json"
    assert json.loads(shipped.read_text(encoding="utf-8")) == schema


def test_every_key_is_described(schema: dict[str, Any]) -> None:
    sections = schema["$defs"] | {"Config": schema}
    silent = [
        f"{section}.{key}"
        for section, definition in sections.items()
        for key, property_schema in definition["properties"].items()
        if key not in ("name", "per") and not property_schema.get("description")
    ]
    assert silent == []
    assert all(definition["description"] for definition in sections.values())


def test_inherited_keys_are_described_too(schema: dict[str, Any]) -> None:
    shared = schema["$defs"]["Iris"]["properties"]["validation_fraction"]
    assert shared["description"] == "share of the training examples kept for validation"


def test_a_bare_word_is_allowed_where_a_name_chooses(schema: dict[str, Any]) -> None:
    words, section = schema["properties"]["loss"]["anyOf"]
    assert words == {
        "enum": [
            *("mse", "half_squared_error", "mean_absolute_error", "huber", "cross_entropy", "kl_divergence", "hinge"),
            *("poisson", "weighted_sum"),
        ]
    }
    assert {"$ref": "#/$defs/MeanSquaredError"} in section["oneOf"]
    assert schema["properties"]["optimizer"]["anyOf"][0]["enum"][:3] == ["sgd", "adagrad", "rmsprop"]
    assert "zeros" in schema["$defs"]["Dense"]["properties"]["init"]["anyOf"][0]["enum"]


def test_a_layer_may_be_a_number(schema: dict[str, Any]) -> None:
    layers = schema["$defs"]["Model"]["properties"]["layers"]
    assert layers["items"] == {"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"$ref": "#/$defs/Dense"}]}
    assert layers["minItems"] == 1


def test_a_section_that_a_name_chooses_must_have_it(schema: dict[str, Any]) -> None:
    assert schema["$defs"]["Csv"]["required"] == ["name", "file"]
    assert schema["$defs"]["Adam"]["required"] == ["name"]
    assert "required" not in schema["$defs"]["SGD"], "the default may go without"


def test_bounds_and_defaults_are_there(schema: dict[str, Any]) -> None:
    rate = schema["$defs"]["SGD"]["properties"]["learning_rate"]
    assert (rate["exclusiveMinimum"], rate["default"]) == (0, 0.1)
