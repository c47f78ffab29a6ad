"""From the pattern of wrong gradients to the bug that most likely made it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bpcli.checks.verdicts import GradcheckReport, TensorCheck

TOLERANCE = 1e-3
"""how near to a ratio the analytic by the numeric derivative must lie to be taken for it"""


def likely_cause(report: GradcheckReport) -> str:
    """One sentence about a report that did not pass."""
    wrong = [tensor for tensor in report.tensors if tensor.verdict == "wrong"]
    right = [tensor for tensor in report.tensors if tensor.verdict != "wrong"]
    if not wrong:
        return "the tensors agree where they were looked at, and their sum does not: check more entries with --samples"
    if any(not math.isfinite(tensor.analytic) for tensor in wrong):
        return "back-propagation gives a number that is not finite: look for a division by zero or an overflow"
    if any(not math.isfinite(tensor.numeric) for tensor in wrong):
        return "the loss itself is not finite near these weights: scale the inputs, or start with smaller weights"
    biases = [tensor for tensor in wrong if _is_bias(tensor)]  # no penalty blurs their ratio
    if biases and all(_ratio(tensor, -1.0) for tensor in biases):
        return "every sign is turned around: t - y where y - t belongs"
    if biases and report.examples > 1 and all(_ratio(tensor, report.examples) for tensor in biases):
        return f"the gradient is that of a sum over the {report.examples} examples: divide by their number"
    if not biases:
        return (
            "the biases agree and the weights do not: dW is transposed (it is Xᵀ dZ), "
            "or the gradient of the penalty is missing"
        )
    if _layers(wrong) and _layers(right) and max(_layers(wrong)) < min(_layers(right)):
        layer = max(_layers(wrong))
        return f"it goes wrong on the way back into layers.{layer}: its f'(z), or the W that dZ comes back through"
    return "the error is there from the output on: the derivative of the loss, or of the output activation"


def _is_bias(tensor: TensorCheck) -> bool:
    return len(tensor.shape) == 1


def _ratio(tensor: TensorCheck, expected: float) -> bool:
    return math.isclose(tensor.analytic, expected * tensor.numeric, rel_tol=TOLERANCE)


def _layers(tensors: Sequence[TensorCheck]) -> set[int]:
    """The numbers of the tensors' layers: 1 for `layers.1.W`."""
    return {int(tensor.name.split(".")[1]) for tensor in tensors}
