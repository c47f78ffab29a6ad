"""The trainings that are tortured: small ones, which between them use everything whose state must survive."""

from __future__ import annotations

SUBJECTS = {
    "momentum": """\
data: {name: moons, samples: 64, batch_size: 8, validation_fraction: 0.25}
model: {layers: [6, 2]}
optimizer: {name: sgd, learning_rate: 0.2, momentum: 0.9, nesterov: true}
schedule: {name: inverse_time, decay: 0.05, per: step}
regularization: {l2: 0.0001}
training: {epochs: 3}
checkpoint: {every_steps: 2}
""",
    "everything": """\
data:
  name: spiral
  samples: 60
  batch_size: 8
  validation_fraction: 0.2
  sampling: balanced
  augmentation: {noise: 0.05, mixup: 0.2}
model:
  layers: [{units: 6, normalization: batch_norm, dropout: 0.2}, {units: 5, normalization: layer_norm}, 3]
  activation: tanh
  input_noise: 0.1
  input_dropout: 0.1
optimizer: {name: adamw, learning_rate: 0.01}
schedule: one_cycle
regularization: {l1: 0.0001, max_norm: 2.0}
clipping: {value: 0.5, norm: 1.0}
average: {decay: 0.9}
training: {epochs: 3}
checkpoint: {every_steps: 3}
""",
    "images": """\
data:
  name: digits
  batch_size: 300
  validation_fraction: 0.2
  augmentation: {shift: 1, rotation: 10, horizontal_flip: 0.5, cutout: 2}
model: {layers: [8, 10], dropout: 0.1}
optimizer: {name: rmsprop, learning_rate: 0.01, momentum: 0.5}
schedule: {name: plateau, patience: 1}
early_stopping: {patience: 3}
training: {epochs: 3}
checkpoint: {monitor: validation_accuracy, mode: max}
""",
    "line search": """\
data: {name: iris, batch_size: full}
model: {layers: [4, 3]}
optimizer: lbfgs
training: {epochs: 4, evaluate_every: 2}
checkpoint: {every_steps: 1}
""",
}
"""Configs by name."""
