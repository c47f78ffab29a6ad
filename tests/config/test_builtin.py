"""The configs that come with bpcli are right, and readable."""

from pathlib import Path

import pytest

from bpcli.config.builtin import MODELINE, builtin_config, builtin_configs
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
def test_it_begins_with_its_modeline_and_one_line_about_it(name: str) -> None:
    config = builtin_config(name)
    first, second, *_ = config.text.splitlines()
    assert first == MODELINE
    assert second == f"# {config.description}"
    assert 10 < len(config.description) <= 100


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"no built-in config 'xr': there are autoencoder, blobs, .*, xor, origins/1, .*"
    ):
        builtin_config("xr")
