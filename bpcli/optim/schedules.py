"""Learning-rate schedules: pure functions from where the training is to a factor on the learning rate.

η(t) = η₀ · factor(t), with t counted from 0 in epochs or in steps (updates), as `per` says. Every schedule may begin
with a linear warm-up, after which its own t counts from 0. After its end a schedule stays at its last value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen

from bpcli.errors import config_error

Per = Literal["epoch", "step"]


@dataclass(frozen=True, kw_only=True)
class ScheduleBase:
    """The keys and the warm-up that all schedules share."""

    per: Per = "epoch"
    """what t counts"""
    warmup: Annotated[int, Ge(0)] = 0
    """epochs (or steps) over which the rate rises linearly to where the schedule begins (Goyal et al. 2017)"""
    warmup_start: Annotated[float, Gt(0), Le(1)] = 0.1
    """factor at the very first step of the warm-up"""

    def factor(self, t: int) -> float:
        """Return the factor on the learning rate at `t`."""
        if t < self.warmup:
            return (self.warmup_start + (1 - self.warmup_start) * t / self.warmup) * self.after_warmup(0)
        return self.after_warmup(t - self.warmup)

    def after_warmup(self, t: int) -> float:
        """Return the factor `t` epochs (or steps) after the warm-up."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Constant(ScheduleBase):
    """constant: η = η₀."""

    name: Literal["constant"] = "constant"

    def after_warmup(self, t: int) -> float:
        return 1.0


@dataclass(frozen=True, kw_only=True)
class Step(ScheduleBase):
    """step: η = η₀ · gamma^⌊t / step_size⌋, a drop every `step_size`."""

    name: Literal["step"] = "step"
    step_size: Annotated[int, Gt(0)] = 10
    """epochs (or steps) between two drops"""
    gamma: Annotated[float, Gt(0), Le(1)] = 0.1
    """the factor of one drop"""

    def after_warmup(self, t: int) -> float:
        return float(self.gamma ** (t // self.step_size))


@dataclass(frozen=True, kw_only=True)
class Multistep(ScheduleBase):
    """multistep: η = η₀ · gamma^(milestones passed), a drop at each milestone."""

    name: Literal["multistep"] = "multistep"
    milestones: Annotated[tuple[Annotated[int, Gt(0)], ...], MinLen(1)]
    """epochs (or steps) at which the rate drops"""
    gamma: Annotated[float, Gt(0), Le(1)] = 0.1
    """the factor of one drop"""

    def after_warmup(self, t: int) -> float:
        return float(self.gamma ** sum(t >= milestone for milestone in self.milestones))


@dataclass(frozen=True, kw_only=True)
class Exponential(ScheduleBase):
    """exponential: η = η₀ · gamma^t."""

    name: Literal["exponential"] = "exponential"
    gamma: Annotated[float, Gt(0), Le(1)] = 0.9
    """the factor of one epoch (or step)"""

    def after_warmup(self, t: int) -> float:
        return float(self.gamma**t)


@dataclass(frozen=True, kw_only=True)
class InverseTime(ScheduleBase):
    """inverse_time: η = η₀ / (1 + decay · t) (Robbins and Monro 1951)."""

    name: Literal["inverse_time"] = "inverse_time"
    decay: Annotated[float, Ge(0)] = 0.1
    """how fast the rate falls"""

    def after_warmup(self, t: int) -> float:
        return 1.0 / (1.0 + self.decay * t)


@dataclass(frozen=True, kw_only=True)
class Bounded(ScheduleBase):
    """A schedule with an end."""

    length: Annotated[int, Gt(0)] | None = None
    """epochs (or steps) from the end of the warm-up to the end of the schedule; unset: the rest of the run"""

    @property
    def last_factor(self) -> float:
        """The factor from the end of the length on."""
        assert self.length is not None, "a schedule in use states its length"
        return self.after_warmup(self.length)

    def has_ended(self, t: int, *, at: float) -> bool:
        """Whether the length is over at `t`, and the factor from there on is `at`."""
        return self.length is not None and t >= self.warmup + self.length and self.last_factor == at

    def share(self, t: int) -> float:
        """Return the share of the length that has passed, at most 1."""
        assert self.length is not None, "a schedule in use states its length"
        return min(t, self.length) / self.length


@dataclass(frozen=True, kw_only=True)
class Polynomial(Bounded):
    """polynomial: η = η₀ · (1 - t / length)^power; power 1 is a straight line."""

    name: Literal["polynomial"] = "polynomial"
    power: Annotated[float, Gt(0)] = 1.0
    """the exponent"""

    def after_warmup(self, t: int) -> float:
        return float((1 - self.share(t)) ** self.power)


@dataclass(frozen=True, kw_only=True)
class Cosine(Bounded):
    """cosine: η = η₀ · (m + (1 - m) · ½ (1 + cos(π t / length))), m the minimum (Loshchilov and Hutter 2017, eq. 5)."""

    name: Literal["cosine"] = "cosine"
    minimum: Annotated[float, Ge(0), Le(1)] = 0.0
    """m, the factor at the end"""

    def after_warmup(self, t: int) -> float:
        return self.minimum + (1 - self.minimum) * (1 + math.cos(math.pi * self.share(t))) / 2


@dataclass(frozen=True, kw_only=True)
class CosineRestarts(ScheduleBase):
    """cosine_restarts: the cosine from the top again and again, each time `multiply` as long (SGDR, same paper)."""

    name: Literal["cosine_restarts"] = "cosine_restarts"
    first: Annotated[int, Gt(0)] = 10
    """epochs (or steps) to the first restart"""
    multiply: Annotated[int, Gt(0)] = 1
    """how many times longer each stretch is than the one before"""
    minimum: Annotated[float, Ge(0), Le(1)] = 0.0
    """the factor just before a restart"""

    def after_warmup(self, t: int) -> float:
        length = self.first
        if self.multiply == 1:
            t %= length
        while t >= length:
            t -= length
            length *= self.multiply
        return self.minimum + (1 - self.minimum) * (1 + math.cos(math.pi * t / length)) / 2


@dataclass(frozen=True, kw_only=True)
class Cyclical(ScheduleBase):
    """cyclical: η rises and falls in straight lines between low · η₀ and η₀ (Smith 2017).

    triangular: every cycle as high; triangular2: half as high as the one before; exp_range: gamma^t as high at t.
    """

    name: Literal["cyclical"] = "cyclical"
    shape: Literal["triangular", "triangular2", "exp_range"] = "triangular"
    """how high the cycles are"""
    low: Annotated[float, Ge(0), Lt(1)] = 0.1
    """the factor between two cycles"""
    up: Annotated[int, Gt(0)] = 4
    """epochs (or steps) from low to high"""
    down: Annotated[int, Gt(0)] | None = None
    """epochs (or steps) from high to low; unset: as many as up"""
    gamma: Annotated[float, Gt(0), Le(1)] = 1.0
    """of exp_range"""

    def after_warmup(self, t: int) -> float:
        down = self.down or self.up
        cycle, within = divmod(t, self.up + down)
        height = within / self.up if within <= self.up else 1 - (within - self.up) / down
        if self.shape == "triangular2":
            height *= 0.5**cycle
        elif self.shape == "exp_range":
            height *= self.gamma**t
        return self.low + (1 - self.low) * height


@dataclass(frozen=True, kw_only=True)
class OneCycle(Bounded):
    """one_cycle: η rises from η₀ / start to η₀, then falls to η₀ / (start · end), by cosines (Smith and Topin 2019).

    Of the last steps the last is at the very end; the momentum stays as it is.
    """

    name: Literal["one_cycle"] = "one_cycle"
    rise: Annotated[float, Gt(0), Lt(1)] = 0.3
    """share of the length in which the rate rises"""
    start: Annotated[float, Gt(1)] = 25.0
    """how many times lower the rate begins"""
    end: Annotated[float, Gt(1)] = 1e4
    """how many times lower than there it ends"""

    def after_warmup(self, t: int) -> float:
        assert self.length is not None, "a schedule in use states its length"
        top, last = self.rise * self.length - 1, self.length - 1
        low, lowest = 1 / self.start, 1 / (self.start * self.end)
        if t <= top:
            return _cosine(low, 1.0, t / top if top > 0 else 1.0)
        return _cosine(1.0, lowest, min((t - top) / (last - top), 1.0) if last > top else 1.0)


@dataclass(frozen=True, kw_only=True)
class Plateau(ScheduleBase):
    """plateau: η = η₀ · drop^n, n the times a metric has not improved for more than `patience` evaluations."""

    name: Literal["plateau"] = "plateau"
    drop: Annotated[float, Gt(0), Lt(1)] = 0.1
    """the factor of one drop"""
    patience: Annotated[int, Ge(0)] = 10
    """evaluations without improvement that are waited out"""
    min_delta: Annotated[float, Ge(0)] = 1e-4
    """the least change that counts as an improvement"""
    cooldown: Annotated[int, Ge(0)] = 0
    """evaluations after a drop in which none are counted"""
    minimum: Annotated[float, Ge(0), Le(1)] = 0.0
    """the least factor"""
    monitor: str | None = None
    """metric to watch; unset: that of checkpoint.monitor"""
    mode: Literal["min", "max"] | None = None
    """whether less or more is better; unset: by the metric"""

    def after_warmup(self, t: int) -> float:
        return 1.0

    def after_drops(self, drops: int) -> float:
        """Return the factor after so many drops."""
        return float(max(self.drop**drops, self.minimum))


Schedule = (
    Constant
    | Step
    | Multistep
    | Exponential
    | InverseTime
    | Polynomial
    | Cosine
    | CosineRestarts
    | Cyclical
    | OneCycle
    | Plateau
)
"""Discriminated by `name`."""


def learning_rate(base: float, schedule: Schedule, *, epoch: int, step: int, drops: int = 0) -> float:
    """Return η for the update number `step` of the whole training, in epoch number `epoch`, both from 0.

    `drops` is how often a plateau has lowered the rate so far.
    """
    rate = base * schedule.factor(epoch if schedule.per == "epoch" else step)
    return rate * schedule.after_drops(drops) if isinstance(schedule, Plateau) else rate


def with_length(schedule: Schedule, *, epochs: int | None, steps_per_epoch: int, first_step: int = 0) -> Schedule:
    """Return `schedule` with its length stated, for a run of so many epochs; None: of as many as a stream lasts.

    A run that goes on with the count of updates of another begins at `first_step`. Raises `ConfigError` where the
    warm-up leaves nothing of the run.
    """
    if not isinstance(schedule, Bounded) or schedule.length is not None or epochs is None:
        return schedule
    whole = epochs if schedule.per == "epoch" else first_step + epochs * steps_per_epoch
    if schedule.warmup >= whole:
        message = f"{schedule.warmup} {schedule.per}s of warm-up leave nothing of a run of {whole} for {schedule.name}"
        raise config_error(("schedule", "warmup"), f"{message}: make it shorter, or state schedule.length")
    if isinstance(schedule, OneCycle) and whole - schedule.warmup < 3:
        message = f"one_cycle needs 3 {schedule.per}s to rise and to fall, and this run has {whole - schedule.warmup}"
        raise config_error(("schedule",), f"{message}: write schedule.per: step, or train for longer")
    return replace(schedule, length=whole - schedule.warmup)


def _cosine(start: float, end: float, share: float) -> float:
    """Return the value between `start` and `end` at a `share` of the way, along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


@dataclass(frozen=True)
class PlateauState:
    """The best value so far, and the evaluations since."""

    best: float | None = None
    wait: int = 0
    """evaluations in a row that did not improve on `best`"""
    cooldown: int = 0
    """evaluations still to be waited out after a drop"""
    drops: int = 0

    def observe(self, plateau: Plateau, value: float) -> PlateauState:
        """Return the state after an evaluation that measured `value`, as PyTorch's ReduceLROnPlateau counts."""
        best, wait, cooldown = self.best, self.wait, self.cooldown
        sign = 1 if plateau.mode == "min" else -1
        if math.isfinite(value) and (best is None or sign * (best - value) > plateau.min_delta):
            best, wait = value, 0
        else:
            wait += 1
        if cooldown:
            cooldown, wait = cooldown - 1, 0
        if wait > plateau.patience:
            return PlateauState(best, 0, plateau.cooldown, self.drops + 1)
        return PlateauState(best, wait, cooldown, self.drops)
