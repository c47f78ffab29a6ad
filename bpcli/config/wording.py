"""Why a value is refused, in one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bpcli.config.fields import Option, describe, options, sections, shown_literal, within
from bpcli.config.text.scalars import resolve_plain
from bpcli.nn.layers import Dense

LONGEST_SHOWN = 40


def refusal(subject: str, hint: Any, value: Any) -> str:
    """What `subject` must be, what it is, and what to do where that is plain."""
    return f"{subject} must be {_wanted(hint, value)}, not {shown(value)}{_hint(hint, value)}"


def shown(value: Any) -> str:
    """A value that was given, in a few words."""
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"'{value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + '…'}'"
    return json.dumps(value)


def nearest(value: Any, words: Iterable[Any]) -> str:
    """The word that `value` means here, or is a slip of, as a question; empty where there is none."""
    known = [str(word) for word in words]
    word = str(value).lower().replace("-", "_")
    meant = next((name for name in known if word in _ELSEWHERE.get(name, "").split()), None)
    meant = meant or slip_of(word, known)
    return f": did you mean {shown_literal(meant)}?" if meant else ""


def unset(value: Any, hint: Any) -> str:
    """What to write for a word, or a truth value, that is to say that there is no such section; empty otherwise."""
    says_none = value is False or (isinstance(value, str) and value.lower() in ("none", "no", "off"))
    has_null = any(option.type is type(None) for option in options(hint))
    return ": write null, or leave it out" if says_none and has_null else ""


def slip_of(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is a slip of the fingers for, or has the parts of in another order; None for none.

    A word that means something else is no slip, however near it is: `radam` is not `nadam`, `folds` are no `files`.
    """
    if word in _OTHERS.split():
        return None
    found = {name: _slips(word, name) for name in known}
    most = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
    near = {name: slips for name, slips in found.items() if slips <= most or _parts(name) == _parts(word)}
    return min(near, key=near.__getitem__, default=None)


def _parts(word: str) -> list[str]:
    return sorted(word.split("_"))


def _slips(a: str, b: str) -> int:
    """Letters to add, to leave out, to replace, or to swap with the next one, to make `b` of `a`."""
    before: list[int] = []
    above = list(range(len(b) + 1))
    for i, letter in enumerate(a):
        row = [i + 1]
        for j, other in enumerate(b):
            row.append(min(above[j + 1] + 1, row[j] + 1, above[j] + (letter != other)))
            if before and j and letter == b[j - 1] and a[i - 1] == other:
                row[-1] = min(row[-1], before[j - 1] + 1)
        before, above = above, row
    return above[-1]


_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false"}

_ELSEWHERE = {
    "constant": "none",
    "leaky_relu": "lrelu",
    "step": "step_lr steplr",
    "accuracy": "acc",
    "roc_auc": "auc",
    "macro_f1": "f1",
    "min": "minimize minimise",
    "max": "maximize maximise",
    "\t": "tab",
    "identity": "linear none",
    "sigmoid": "logistic",
    "silu": "swish",
    "cross_entropy": "sigmoid_cross_entropy softmax_cross_entropy "
    "bce ce nll nll_loss log_loss bce_with_logits binary_crossentropy binary_cross_entropy "
    "categorical_crossentropy categorical_cross_entropy sparse_categorical_crossentropy",
    "mse": "l2 mean_squared_error squared_error",
    "mean_absolute_error": "l1 mae absolute_error",
    "huber": "smooth_l1",
    "kl_divergence": "kl kld kl_div",
    "lbfgs": "l_bfgs",
    "exponential": "exponential_decay exponentiallr",
    "polynomial": "linear linear_decay polynomial_decay",
    "cosine": "cosine_annealing cosine_decay cosineannealinglr",
    "cosine_restarts": "sgdr cosine_warm_restarts cosine_annealing_warm_restarts cosine_decay_restarts",
    "cyclical": "triangular cycliclr",
    "one_cycle": "onecyclelr 1cycle",
    "plateau": "reduce_on_plateau reduce_lr_on_plateau reducelronplateau",
    "glorot_uniform": "glorot xavier xavier_uniform",
    "glorot_normal": "xavier_normal",
    "he_normal": "he kaiming kaiming_normal",
    "he_uniform": "kaiming_uniform",
    "lecun_normal": "lecun",
    "batch_norm": "bn batch_normalization",
    "layer_norm": "layer_normalization",
    "standard": "standardize standardise zscore z_score",
    "unit": "minmax min_max",
    "float32": "float single f32 fp32",
    "float64": "double f64 fp64",
}
"""What else the values of bpcli are called."""

_OTHERS = (
    "rprop radam asgd adadelta adafactor lion lamb prelu crelu relu6 celu mish mape mse msle rmse rmsle focal float16"
)
"""Words of other programs that have nothing like them here, near as they are to words that mean something else."""


def _wanted(hint: Any, value: Any) -> str:
    """The bounds alone for a value of the right type, else all that is allowed."""
    stated = [option for option in options(hint) if option.type is not type(None)]
    if len(stated) == 1 and _is_of(value, stated[0]) and stated[0].bounds:
        return within(stated[0].bounds)
    allowed = f"{'a number of units, or ' if sections(hint) == [Dense] else ''}{describe(hint)}"
    return allowed if value is None else allowed.removesuffix(", or null")


def _is_of(value: Any, option: Option) -> bool:
    return type(value) is option.type or (type(value) is int and option.type is float)


def _hint(hint: Any, value: Any) -> str:
    """What to do, where that is plain."""
    types = {option.type for option in options(hint)}
    if none := unset(value, hint):
        return none
    if isinstance(value, str):
        if bool in types and value.lower() in _TRUTHS:
            return f": write {_TRUTHS[value.lower()]}"
        if types & {int, float} and type(_meaning(value)) in (int, float):
            return ": leave out the quotes"
        return nearest(value, [word for option in options(hint) for word in option.literals])
    if type(value) is float and int in types and value.is_integer() and abs(value) < 2**53:
        return f": write {int(value)}"
    if type(value) in (int, float, bool) and str in types:
        return ": put it in quotes"
    return ""


def _meaning(text: str) -> Any:
    try:
        return resolve_plain(text)
    except ValueError:
        return None
