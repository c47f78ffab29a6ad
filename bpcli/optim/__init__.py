"""From a gradient to the next weights: optimizers, learning-rate schedules, penalties."""
