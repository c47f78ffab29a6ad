"""The configs that come with bpcli are right, and readable."""

from pathlib import Path

import pytest

from bpcli.config.builtin import MODELINE, SCHEMA, builtin_config, builtin_configs
from bpcli.config.load import load_config
from bpcli.errors import UsageError

NAMES = [config.name for config in builtin_configs()]


def test_there_is_one_for_every_data_set_that_needs_no_file() -> None:
    assert {load_config(Path("configs", f"{name}.yaml")).data.name for name in NAMES} == {
        *("xor", "circles", "moons", "spiral", "blobs", "checkerboard", "iris", "wine", "breast_cancer"),
        *("digits", "diabetes", "mnist", "fashion_mnist", "kmnist", "inline"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_it_is_valid_and_bears_its_own_name(name: str, in_folder: Path) -> None:
    Path("c.yaml").write_text(builtin_config(name).text, encoding="utf-8")
    assert load_config("c.yaml").name == name.replace("/", "-")


@pytest.mark.parametrize("name", NAMES)
def test_it_begins_with_one_line_about_it(name: str) -> None:
    config = builtin_config(name)
    assert config.text.startswith(f"# {config.description}\n")
    assert 10 < len(config.description) <= 100


@pytest.mark.parametrize("name", NAMES)
def test_in_its_folder_it_refers_to_the_schema_that_lies_there(name: str) -> None:
    path = Path("configs", f"{name}.yaml")
    modeline, _, text = path.read_text(encoding="utf-8").partition("\n")
    reference = modeline.removeprefix(MODELINE.removesuffix(SCHEMA))
    assert (path.parent / reference).resolve() == Path("configs", SCHEMA).resolve()
    assert text == builtin_config(name).text


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"no built-in config 'xr': there are autoencoder, blobs, .*, xor, origins/1, .*"
    ):
        builtin_config("xr")
