"""Configs that are refused, each with all that a user sees."""

# ruff: noqa: E501  reports stand here as they are printed

from collections.abc import Callable
from textwrap import dedent

import pytest

CASES = {
    "a misspelt key": (
        """
        data: xor
        model: {layers: [4, 1]}
        sed: 3
        """,
        """
        c.yaml:3:1: unknown key sed: did you mean seed?
            sed: 3
            ^^^
        """,
    ),
    "classes evened out twice": (
        """
        data: {name: moons, sampling: over}
        model: {layers: [4, 2]}
        loss: {name: cross_entropy, class_weights: balanced}
        """,
        """
        c.yaml:3:44: data.sampling: over evens out the classes already: leave one of the two out
            loss: {name: cross_entropy, class_weights: balanced}
                                                       ^^^^^^^^
        """,
    ),
    "batch normalisation of one example, in the last layer": (
        """
        data: {name: moons, batch_size: 1}
        model: {layers: [4, {units: 2, normalization: batch_norm}]}
        """,
        """
        c.yaml:2:8: batch_norm needs batches of 2 examples or more: set data.batch_size, or write layer_norm
            model: {layers: [4, {units: 2, normalization: batch_norm}]}
                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """,
    ),
    "a misspelt section": (
        """
        data: xor
        model: {layers: [4, 1]}
        trainig: {epochs: 3}
        """,
        """
        c.yaml:3:1: unknown key trainig: did you mean training?
            trainig: {epochs: 3}
            ^^^^^^^
        """,
    ),
    "a misspelt key in a section": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer: {momentun: 0.9}
        """,
        """
        c.yaml:3:13: unknown key optimizer.momentun: did you mean optimizer.momentum?
            optimizer: {momentun: 0.9}
                        ^^^^^^^^
        """,
    ),
    "a key of another section": (
        """
        data: xor
        model: {layers: [4, 1]}
        learning_rate: 0.1
        """,
        """
        c.yaml:3:1: unknown key learning_rate: it stands elsewhere, as optimizer.learning_rate
            learning_rate: 0.1
            ^^^^^^^^^^^^^
        """,
    ),
    "a key nobody knows": (
        """
        data: xor
        model: {layers: [4, 1]}
        training: {banana: 1}
        """,
        """
        c.yaml:3:12: unknown key training.banana: training has the keys epochs and evaluate_every
            training: {banana: 1}
                       ^^^^^^
        """,
    ),
    "lr": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer: {lr: 0.1}
        """,
        """
        c.yaml:3:13: unknown key optimizer.lr: here it is called optimizer.learning_rate
            optimizer: {lr: 0.1}
                        ^^
        """,
    ),
    "lr at the top": (
        """
        data: xor
        model: {layers: [4, 1]}
        lr: 0.1
        """,
        """
        c.yaml:3:1: unknown key lr: here it is called optimizer.learning_rate
            lr: 0.1
            ^^
        """,
    ),
    "scikit-learn's names": (
        """
        data: xor
        hidden_layer_sizes: [4]
        model: {layers: [4, 1]}
        alpha: 0.001
        learning_rate_init: 0.1
        max_iter: 20
        """,
        """
        c.yaml:2:1: unknown key hidden_layer_sizes: here it is called model.layers
            hidden_layer_sizes: [4]
            ^^^^^^^^^^^^^^^^^^
        c.yaml:4:1: unknown key alpha: here it is called regularization.l2
            alpha: 0.001
            ^^^^^
        c.yaml:5:1: unknown key learning_rate_init: here it is called optimizer.learning_rate
            learning_rate_init: 0.1
            ^^^^^^^^^^^^^^^^^^
        c.yaml:6:1: unknown key max_iter: here it is called training.epochs
            max_iter: 20
            ^^^^^^^^
        """,
    ),
    "weight_decay": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer:
          name: sgd
          weight_decay: 0.1
        """,
        """
        c.yaml:5:3: optimizer.weight_decay belongs to adamw, not to sgd; for sgd it is called regularization.l2
            weight_decay: 0.1
            ^^^^^^^^^^^^
        """,
    ),
    "a gamma that does nothing": (
        """
        data: xor
        model: {layers: [4, 1]}
        schedule: {name: cyclical, gamma: 0.9}
        """,
        """
        c.yaml:3:35: schedule.gamma lowers the cycles of exp_range alone: write that shape, or leave gamma out
            schedule: {name: cyclical, gamma: 0.9}
                                              ^^^
        """,
    ),
    "a shape that needs a gamma": (
        """
        data: xor
        model: {layers: [4, 1]}
        schedule: {name: cyclical, shape: exp_range}
        """,
        """
        c.yaml:3:35: exp_range needs a schedule.gamma less than 1, such as 0.99
            schedule: {name: cyclical, shape: exp_range}
                                              ^^^^^^^^^
        """,
    ),
    "batch size where it is not": (
        """
        data: xor
        model: {layers: [4, 1]}
        training:
          batch: 32
        """,
        """
        c.yaml:4:3: unknown key training.batch: here it is called data.batch_size
            batch: 32
            ^^^^^
        """,
    ),
    "another name in a layer": (
        """
        data: xor
        model:
          layers:
            - {size: 4, activation_function: tanh}
            - 1
        """,
        """
        c.yaml:4:8: unknown key model.layers[0].size: here it is called model.layers[0].units
            - {size: 4, activation_function: tanh}
               ^^^^
        c.yaml:4:17: unknown key model.layers[0].activation_function: here it is called model.layers[0].activation
            - {size: 4, activation_function: tanh}
                        ^^^^^^^^^^^^^^^^^^^
        """,
    ),
    "capitals and dashes": (
        """
        data: xor
        model: {layers: [4, 1]}
        training: {Evaluate-Every: 3}
        """,
        """
        c.yaml:3:12: unknown key training.Evaluate-Every: write it as evaluate_every
            training: {Evaluate-Every: 3}
                       ^^^^^^^^^^^^^^
        """,
    ),
    "a key of another data set": (
        """
        data: {name: iris, bits: 3}
        model: {layers: [4, 1]}
        """,
        """
        c.yaml:1:20: data.bits belongs to xor, not to iris
            data: {name: iris, bits: 3}
                               ^^^^
        """,
    ),
    "no data": (
        """
        model: {layers: [4, 1]}
        """,
        """
        c.yaml: data is missing (what to learn from): give xor, circles, moons, spiral, blobs, checkerboard, mnist, fashion_mnist, kmnist, digits, iris, wine, breast_cancer, diabetes, csv, npz, inline or stream
        """,
    ),
    "no model": (
        """
        data: xor
        """,
        """
        c.yaml: model is missing (the network): give a section with the keys layers, input, activation, output, init, bias_init, normalization, dropout, input_dropout and input_noise
        """,
    ),
    "no layers": (
        """
        data: xor
        model:
          activation: tanh
        """,
        """
        c.yaml:2:1: model.layers is missing (hidden layers, then the output layer): give a list, such as [128, 10]
            model:
            ^^^^^
        """,
    ),
    "no name of a choice": (
        """
        data: {bits: 3}
        model: {layers: [4, 1]}
        """,
        """
        c.yaml:1:7: data needs a name: xor, circles, moons, spiral, blobs, checkerboard, mnist, fashion_mnist, kmnist, digits, iris, wine, breast_cancer, diabetes, csv, npz, inline or stream
            data: {bits: 3}
                  ^^^^^^^^^
        """,
    ),
    "no file of a csv": (
        """
        data: csv
        model: {layers: [4, 1]}
        """,
        """
        c.yaml:1:7: data.file is missing (the CSV file): give text
            data: csv
                  ^^^
        """,
    ),
    "an unknown data set": (
        """
        data: irsi
        model: {layers: [4, 1]}
        """,
        """
        c.yaml:1:7: data must be xor, circles, moons, spiral, blobs, checkerboard, mnist, fashion_mnist, kmnist, digits, iris, wine, breast_cancer, diabetes, csv, npz, inline or stream, not 'irsi': did you mean iris?
            data: irsi
                  ^^^^
        """,
    ),
    "an unknown loss": (
        """
        data: xor
        model: {layers: [4, 1]}
        loss: cross_entrpy
        """,
        """
        c.yaml:3:7: loss must be mse, half_squared_error, mean_absolute_error, huber, cross_entropy, kl_divergence, hinge, poisson or weighted_sum, not 'cross_entrpy': did you mean cross_entropy?
            loss: cross_entrpy
                  ^^^^^^^^^^^^
        """,
    ),
    "an unknown optimizer": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer: rmsprob
        """,
        """
        c.yaml:3:12: optimizer must be sgd, adagrad, rmsprop, adam, adamw, nadam, adamax or lbfgs, not 'rmsprob': did you mean rmsprop?
            optimizer: rmsprob
                       ^^^^^^^
        """,
    ),
    "an unknown initialiser of a layer": (
        """
        data: xor
        model:
          layers:
            - units: 4
              init: {name: he, std: 1}
            - 1
        """,
        """
        c.yaml:5:20: model.layers[0].init must be zeros, constant, normal, truncated_normal, uniform, glorot_normal, he_normal, lecun_normal, glorot_uniform, he_uniform, lecun_uniform or orthogonal, not 'he': did you mean he_normal?
            init: {name: he, std: 1}
                         ^^
        """,
    ),
    "a capital": (
        """
        data: xor
        model: {layers: [4, 1], activation: ReLU}
        """,
        """
        c.yaml:2:37: model.activation must be identity, sigmoid, tanh, relu, leaky_relu, elu, selu, gelu, softplus, softsign, silu, hard_sigmoid, exponential or softmax, not 'ReLU': did you mean relu?
            model: {layers: [4, 1], activation: ReLU}
                                                ^^^^
        """,
    ),
    "an unknown dtype": (
        """
        data: xor
        model: {layers: [4, 1]}
        dtype: float16
        """,
        """
        c.yaml:3:8: dtype must be float32 or float64, not 'float16'
            dtype: float16
                   ^^^^^^^
        """,
    ),
    "a number in quotes": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer: {learning_rate: '0.1'}
        """,
        """
        c.yaml:3:28: optimizer.learning_rate must be a number greater than 0, not '0.1': leave out the quotes
            optimizer: {learning_rate: '0.1'}
                                       ^^^^^
        """,
    ),
    "a word for a number": (
        """
        data: xor
        model: {layers: [4, 1]}
        training: {epochs: ten}
        """,
        """
        c.yaml:3:20: training.epochs must be a whole number greater than 0, not 'ten'
            training: {epochs: ten}
                               ^^^
        """,
    ),
    "a boolean for a number": (
        """
        data: xor
        model: {layers: [4, 1]}
        training: {epochs: true}
        """,
        """
        c.yaml:3:20: training.epochs must be a whole number greater than 0, not true
            training: {epochs: true}
                               ^^^^
        """,
    ),
    "a fraction for a count": (
        """
        data: xor
        model: {layers: [4, 1]}
        training: {epochs: 2.5}
        """,
        """
        c.yaml:3:20: training.epochs must be a whole number greater than 0, not 2.5
            training: {epochs: 2.5}
                               ^^^
        """,
    ),
    "a float for a count": (
        """
        data: xor
        model: {layers: [4, 1]}
        training: {epochs: 1e3}
        """,
        """
        c.yaml:3:20: training.epochs must be a whole number greater than 0, not 1000.0: write 1000
            training: {epochs: 1e3}
                               ^^^
        """,
    ),
    "yes for true": (
        """
        data: {name: xor, shuffle: yes}
        model: {layers: [4, 1]}
        """,
        """
        c.yaml:1:28: data.shuffle must be true or false, not 'yes': write true
            data: {name: xor, shuffle: yes}
                                       ^^^
        """,
    ),
    "a number for a name": (
        """
        data: xor
        model: {layers: [4, 1]}
        name: 7
        """,
        """
        c.yaml:3:7: name must be text, not 7: put it in quotes
            name: 7
                  ^
        """,
    ),
    "a number for a section": (
        """
        data: xor
        model: {layers: [4, 1]}
        regularization: 0.001
        """,
        """
        c.yaml:3:17: regularization must be a section with the keys l2, l1 and max_norm, not 0.001
            regularization: 0.001
                            ^^^^^
        """,
    ),
    "a section left empty": (
        """
        data: xor
        model: {layers: [4, 1]}
        training:
        seed: 1
        """,
        """
        c.yaml:3:1: training must be a section with the keys epochs and evaluate_every, not null
            training:
            ^^^^^^^^
        """,
    ),
    "a section for a number": (
        """
        data: xor
        model: {layers: [4, 1]}
        seed: {value: 3}
        """,
        """
        c.yaml:3:7: seed must be a whole number at least 0, not a section
            seed: {value: 3}
                  ^^^^^^^^^^
        """,
    ),
    "a list for a word": (
        """
        data: xor
        model: {layers: [4, 1]}
        loss: [mse]
        """,
        """
        c.yaml:3:7: loss must be mse, half_squared_error, mean_absolute_error, huber, cross_entropy, kl_divergence, hinge, poisson or weighted_sum, not a list
            loss: [mse]
                  ^^^^^
        """,
    ),
    "layers that are no list": (
        """
        data: xor
        model: {layers: 4}
        """,
        """
        c.yaml:2:17: model.layers must be a list, such as [128, 10], not 4
            model: {layers: 4}
                            ^
        """,
    ),
    "no layer in the list": (
        """
        data: xor
        model: {layers: []}
        """,
        """
        c.yaml:2:17: model.layers must have at least one entry: [10] is a single layer of ten units
            model: {layers: []}
                            ^^
        """,
    ),
    "a layer that is a word": (
        """
        data: xor
        model: {layers: [relu, 1]}
        """,
        """
        c.yaml:2:18: model.layers[0] must be a number of units, or a section with the keys units, activation, init, bias_init, normalization, dropout, l2, l1 and max_norm, not 'relu'
            model: {layers: [relu, 1]}
                             ^^^^
        """,
    ),
    "a negative learning rate": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer: {name: sgd, learning_rate: -0.1}
        """,
        """
        c.yaml:3:39: optimizer.learning_rate must be greater than 0, not -0.1
            optimizer: {name: sgd, learning_rate: -0.1}
                                                  ^^^^
        """,
    ),
    "a momentum of one": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer: {momentum: 1}
        """,
        """
        c.yaml:3:23: optimizer.momentum must be at least 0 and less than 1, not 1
            optimizer: {momentum: 1}
                                  ^
        """,
    ),
    "a layer of no units": (
        """
        data: xor
        model:
          layers:
            - 4
            - units: 0
        """,
        """
        c.yaml:5:14: model.layers[1].units must be greater than 0, not 0
            - units: 0
                     ^
        """,
    ),
    "neither a size nor full": (
        """
        data: {name: xor, batch_size: 0}
        model: {layers: [4, 1]}
        """,
        """
        c.yaml:1:31: data.batch_size must be a whole number greater than 0, or full, not 0
            data: {name: xor, batch_size: 0}
                                          ^
        """,
    ),
    "too many bits": (
        """
        data: {name: xor, bits: 17}
        model: {layers: [4, 1]}
        """,
        """
        c.yaml:1:25: data.bits must be at least 2 and at most 16, not 17
            data: {name: xor, bits: 17}
                                    ^^
        """,
    ),
    "not a number": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer: {learning_rate: .nan}
        """,
        """
        c.yaml:3:28: optimizer.learning_rate: .nan is not allowed: write a finite number
            optimizer: {learning_rate: .nan}
                                       ^^^^
        """,
    ),
    "infinity": (
        """
        data: xor
        model: {layers: [4, 1]}
        early_stopping:
          min_delta: -.inf
        """,
        """
        c.yaml:4:14: early_stopping.min_delta: -.inf is not allowed: write a finite number
            min_delta: -.inf
                       ^^^^^
        """,
    ),
    "too large a number": (
        """
        data: xor
        model: {layers: [4, 1]}
        regularization: {l2: 1e999}
        """,
        """
        c.yaml:3:22: regularization.l2: 1e999 is too large: write a number below 1.8e308
            regularization: {l2: 1e999}
                                 ^^^^^
        """,
    ),
    "nesterov without momentum": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer: {nesterov: true}
        """,
        """
        c.yaml:3:23: optimizer.nesterov needs momentum greater than 0: set it, or leave nesterov out
            optimizer: {nesterov: true}
                                  ^^^^
        """,
    ),
    "nesterov with dampening": (
        """
        data: xor
        model: {layers: [4, 1]}
        optimizer: {nesterov: true, momentum: 0.9, dampening: 0.5}
        """,
        """
        c.yaml:3:23: optimizer.nesterov needs dampening 0: set it, or leave nesterov out
            optimizer: {nesterov: true, momentum: 0.9, dampening: 0.5}
                                  ^^^^
        """,
    ),
    "a softmax of one unit": (
        """
        data: xor
        model: {layers: [4, 1], output: softmax}
        """,
        """
        c.yaml:2:33: a softmax of one unit is always 1: write sigmoid, or two units
            model: {layers: [4, 1], output: softmax}
                                            ^^^^^^^
        """,
    ),
    "cross-entropy of tanh": (
        """
        data: xor
        model:
          layers: [4, {units: 1, activation: tanh}]
        """,
        """
        c.yaml:3:38: cross_entropy takes softmax or sigmoid outputs, not tanh: write sigmoid, or loss: mse
            layers: [4, {units: 1, activation: tanh}]
                                               ^^^^
        """,
    ),
    "a short name for a metric": (
        """
        data: xor
        model: {layers: [4, 1]}
        checkpoint: {monitor: val_loss}
        """,
        """
        c.yaml:3:23: checkpoint.monitor must be <split>_<metric>, such as validation_loss, not 'val_loss'
            checkpoint: {monitor: val_loss}
                                  ^^^^^^^^
        """,
    ),
    "a metric by another name": (
        """
        data: {name: iris, validation_fraction: 0.2}
        model: {layers: [4, 3]}
        metrics: [mcc, f1_macro]
        """,
        """
        c.yaml:3:16: metrics[1] must be accuracy, balanced_accuracy, macro_f1, mcc, roc_auc, average_precision, top_k_accuracy, mae, rmse or r2, not 'f1_macro': did you mean macro_f1?
            metrics: [mcc, f1_macro]
                           ^^^^^^^^
        """,
    ),
    "a metric that is not in a list": (
        """
        data: {name: iris, validation_fraction: 0.2}
        model: {layers: [4, 3]}
        metrics: macro_f1
        """,
        """
        c.yaml:3:10: metrics must be a list of accuracy, balanced_accuracy, macro_f1, mcc, roc_auc, average_precision, top_k_accuracy, mae, rmse or r2, not 'macro_f1'
            metrics: macro_f1
                     ^^^^^^^^
        """,
    ),
    "metrics and their k under foreign names": (
        """
        data: {name: iris, validation_fraction: 0.2}
        model: {layers: [4, 3]}
        eval_metrics: [mcc]
        topk: 1
        """,
        """
        c.yaml:3:1: unknown key eval_metrics: here it is called metrics
            eval_metrics: [mcc]
            ^^^^^^^^^^^^
        c.yaml:4:1: unknown key topk: here it is called top_k
            topk: 1
            ^^^^
        """,
    ),
    "a top one": (
        """
        data: {name: iris, validation_fraction: 0.2}
        model: {layers: [4, 3]}
        top_k: 1
        """,
        """
        c.yaml:3:8: top_k must be greater than 1, not 1
            top_k: 1
                   ^
        """,
    ),
    "a name that is no folder's": (
        """
        data: xor
        model: {layers: [4, 1]}
        name: ../elsewhere
        """,
        """
        c.yaml:3:7: name becomes the name of a folder: use letters, digits, spaces and . _ + -, a letter or digit first, 100 at most
            name: ../elsewhere
                  ^^^^^^^^^^^^
        """,
    ),
    "a layer without units": (
        """
        data: xor
        model:
          layers:
            - activation: tanh
            - units: 1
        """,
        """
        c.yaml:4:7: model.layers[0].units is missing (outputs of the layer): give a whole number greater than 0
            - activation: tanh
              ^
        """,
    ),
    "the only layer is wrong": (
        """
        data: xor
        model: {layers: [0]}
        """,
        """
        c.yaml:2:18: model.layers[0].units must be greater than 0, not 0
            model: {layers: [0]}
                             ^
        """,
    ),
    "an unknown loss is not judged with its output": (
        """
        data: xor
        model: {layers: [4, 1], output: tanh}
        loss: mce
        """,
        """
        c.yaml:3:7: loss must be mse, half_squared_error, mean_absolute_error, huber, cross_entropy, kl_divergence, hinge, poisson or weighted_sum, not 'mce': did you mean mse?
            loss: mce
                  ^^^
        """,
    ),
    "everything at once": (
        """
        name: a/b
        data: {name: xor, bits: 1}
        model: {layers: [4, 1], outptu: sigmoid}
        loss: mce
        seed: .nan
        seed: 2
        optimizer: {nesterov: true}
        """,
        """
        c.yaml:1:7: name becomes the name of a folder: use letters, digits, spaces and . _ + -, a letter or digit first, 100 at most
            name: a/b
                  ^^^
        c.yaml:2:25: data.bits must be at least 2 and at most 16, not 1
            data: {name: xor, bits: 1}
                                    ^
        c.yaml:3:25: unknown key model.outptu: did you mean model.output?
            model: {layers: [4, 1], outptu: sigmoid}
                                    ^^^^^^
        c.yaml:4:7: loss must be mse, half_squared_error, mean_absolute_error, huber, cross_entropy, kl_divergence, hinge, poisson or weighted_sum, not 'mce': did you mean mse?
            loss: mce
                  ^^^
        c.yaml:5:7: seed: .nan is not allowed: write a finite number
            seed: .nan
                  ^^^^
        c.yaml:6:1: seed is given twice, first on line 5: keep one of the two
            seed: 2
            ^^^^
        c.yaml:7:23: optimizer.nesterov needs momentum greater than 0: set it, or leave nesterov out
            optimizer: {nesterov: true}
                                  ^^^^
        """,
    ),
    "a table with a hole": (
        """
        data: {name: inline, inputs: [[0, 1], [1, x], 5], targets: [1, {a: 1}, [0, a]]}
        model: {layers: [1]}
        """,
        """
        c.yaml:1:43: data.inputs[1][1] must be a number, not 'x'
            data: {name: inline, inputs: [[0, 1], [1, x], 5], targets: [1, {a: 1}, [0, a]]}
                                                      ^
        c.yaml:1:47: data.inputs[2] must be a list of numbers, not 5
            data: {name: inline, inputs: [[0, 1], [1, x], 5], targets: [1, {a: 1}, [0, a]]}
                                                          ^
        c.yaml:1:64: data.targets[1] must be a whole number, or text, or a number, or a list of numbers, not a section
            data: {name: inline, inputs: [[0, 1], [1, x], 5], targets: [1, {a: 1}, [0, a]]}
                                                                           ^^^^^^
        c.yaml:1:76: data.targets[2][1] must be a number, not 'a'
            data: {name: inline, inputs: [[0, 1], [1, x], 5], targets: [1, {a: 1}, [0, a]]}
                                                                                       ^
        """,
    ),
    "a word for a table": (
        """
        data: {name: inline, inputs: 5, targets: x}
        model: {layers: [1]}
        """,
        """
        c.yaml:1:30: data.inputs must be a list of lists of numbers, not 5
            data: {name: inline, inputs: 5, targets: x}
                                         ^
        c.yaml:1:42: data.targets must be a list of whole numbers, texts, numbers or lists of numbers, not 'x'
            data: {name: inline, inputs: 5, targets: x}
                                                     ^
        """,
    ),
    "a section where none belongs": (
        """
        data: {name: xor, batch_size: {a: 1}}
        model: {layers: [1]}
        """,
        """
        c.yaml:1:31: data.batch_size must be a whole number greater than 0, or full, not a section
            data: {name: xor, batch_size: {a: 1}}
                                          ^^^^^^
        """,
    ),
    "target columns that are none": (
        """
        data: {name: csv, file: t.csv, target: [1.5, a, [1]]}
        model: {layers: [1]}
        """,
        """
        c.yaml:1:41: data.target[0] must be text, or a whole number, not 1.5: put it in quotes
            data: {name: csv, file: t.csv, target: [1.5, a, [1]]}
                                                    ^^^
        c.yaml:1:49: data.target[2] must be text, or a whole number, not a list
            data: {name: csv, file: t.csv, target: [1.5, a, [1]]}
                                                            ^^^
        """,
    ),
    "augmentation by the names of others": (
        """
        data:
          name: mnist
          oversample: true
          augmentation: {rotation_range: 10, flip: true, horizontal_flip: true, rotation: 400}
          zoom_range: 0.1
          rotation: 10
        model: {layers: [10]}
        """,
        """
        c.yaml:3:3: unknown key data.oversample: here it is called data.sampling
            oversample: true
            ^^^^^^^^^^
        c.yaml:4:18: unknown key data.augmentation.rotation_range: here it is called data.augmentation.rotation
            augmentation: {rotation_range: 10, flip: true, horizontal_flip: true, rotation: 400}
                           ^^^^^^^^^^^^^^
        c.yaml:4:38: unknown key data.augmentation.flip: here it is called data.augmentation.horizontal_flip
            augmentation: {rotation_range: 10, flip: true, horizontal_flip: true, rotation: 400}
                                               ^^^^
        c.yaml:4:67: data.augmentation.horizontal_flip must be a number at least 0 and at most 1, not true
            augmentation: {rotation_range: 10, flip: true, horizontal_flip: true, rotation: 400}
                                                                            ^^^^
        c.yaml:4:83: data.augmentation.rotation must be at least 0 and at most 180, not 400
            augmentation: {rotation_range: 10, flip: true, horizontal_flip: true, rotation: 400}
                                                                                            ^^^
        c.yaml:5:3: unknown key data.zoom_range: here it is called data.augmentation.scale
            zoom_range: 0.1
            ^^^^^^^^^^
        c.yaml:6:3: unknown key data.rotation: it stands elsewhere, as data.augmentation.rotation
            rotation: 10
            ^^^^^^^^
        """,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_config_is_refused_with_this_report(case: str, report: Callable[..., str]) -> None:
    text, expected = (dedent(part).strip("\n") for part in CASES[case])
    assert report(text + "\n") == expected


def test_there_are_forty() -> None:
    assert len(CASES) >= 40
