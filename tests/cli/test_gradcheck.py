"""`bpcli gradcheck`: a right gradient passes, a wrong one is found and named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Command

PENALTY = "regularization.l2=0.01"


def test_without_an_argument_every_part_is_checked(bpcli: Command) -> None:
    shown = bpcli("gradcheck", "--fast")
    assert shown.code == 0
    for part in ("cross_entropy", "half_squared_error", "mse", "gradient  right"):
        assert part in shown.out


def test_a_config_is_checked_tensor_by_tensor(bpcli: Command) -> None:
    shown = bpcli("gradcheck", "moons.yaml", "model.layers=[5, 4, 2]")
    assert shown.code == 0
    names = [line.split()[0] for line in shown.out.splitlines() if line.startswith("layers.")]
    assert names == ["layers.0.W", "layers.1.W", "layers.2.W", "layers.0.b", "layers.1.b", "layers.2.b"]
    assert "all entries of 49 parameters, on 16 examples" in shown.out


def test_a_run_is_checked_with_its_own_weights(bpcli: Command) -> None:
    bpcli("train", "moons.yaml", "-o", "run")
    fresh = json.loads(bpcli("gradcheck", "moons.yaml", "--json").out)
    trained = json.loads(bpcli("gradcheck", "run", "--json").out)
    assert trained["passed"]
    assert trained["loss"] < fresh["loss"]


def test_json_has_the_promised_keys(bpcli: Command) -> None:
    result = json.loads(bpcli("gradcheck", "moons.yaml", "--json").out)
    assert result["passed"] is True
    keys = {"name", "shape", "checked", "max_relative_error", "worst_index", "analytic", "numeric", "verdict"}
    assert all(keys <= tensor.keys() for tensor in result["tensors"])
    suite = json.loads(bpcli("gradcheck", "--fast", "--json").out)
    assert suite["passed"] is True
    assert all(keys <= tensor.keys() for tensor in suite["tensors"])


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("wrong-sign", "every sign is turned around"),
        ("no-average", "the gradient is that of a sum over the 16 examples"),
        ("no-derivative", "it goes wrong on the way back into layers.0"),
        ("no-penalty", "the gradient of the penalty is missing"),
        ("transposed", "dW is transposed"),
    ],
)
def test_a_planted_bug_is_caught_and_explained(bpcli: Command, fault: str, cause: str) -> None:
    caught = bpcli("gradcheck", "moons.yaml", PENALTY, "--inject", fault)
    assert caught.code == 1
    assert cause in caught.out.replace("\n              ", " ")
    assert "gradient  wrong" in caught.out
    assert json.loads(bpcli("gradcheck", "moons.yaml", PENALTY, "--inject", fault, "--json").out)["passed"] is False


def test_a_bug_in_the_suite_names_the_networks(bpcli: Command) -> None:
    caught = bpcli("gradcheck", "--fast", "--inject", "wrong-sign")
    assert caught.code == 1
    assert "networks more" in caught.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["moons.yaml", "--inject", "no-penalty"], "error: no-penalty cannot show here: "),
        (["moons.yaml", "--eps", "0"], "error: eps is 0.0, but "),
        (["moons.yaml", "--samples", "0"], "error: samples is 0, but "),
        (["nothing.yaml"], "error: there is no file nothing.yaml\n"),
        (["digits"], "error: there is no file digits: 'bpcli init digits' writes "),
        (["wide.yaml"], "error: wide.yaml:3:15: "),
    ],
)
def test_what_cannot_be_checked_is_refused(bpcli: Command, arguments: list[str], message: str) -> None:
    Path("wide.yaml").write_text("data: xor\nmodel:\n  layers: [4, 7]\n")
    refused = bpcli("gradcheck", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(message)
