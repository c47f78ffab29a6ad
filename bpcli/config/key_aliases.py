"""Keys by the names they have elsewhere, and the key that is meant."""

from __future__ import annotations

from functools import cache
from typing import Any

from bpcli.config.fields import fields_of, listed, sections
from bpcli.config.sections import Config
from bpcli.config.wording import slip_of
from bpcli.errors import KeyPath, dotted

_FOREIGN = {
    "optimizer": "optimiser optim solver algorithm updater",
    "optimizer.learning_rate": "lr eta step_size learningrate learning_rate_init base_lr initial_lr lr0",
    "optimizer.momentum": "mu beta momentum_factor",
    "optimizer.beta1": "betas b1 beta_1",
    "optimizer.beta2": "b2 beta_2",
    "optimizer.epsilon": "eps fuzz",
    "optimizer.rho": "decay_rate smoothing_constant",
    "optimizer.history": "history_size memory m",
    "optimizer.nesterov": "nesterovs_momentum use_nesterov",
    "schedule": "scheduler lr_scheduler lr_schedule learning_rate_schedule lr_decay learning_rate_decay",
    "regularization": "regularisation regularizer penalty reg",
    "regularization.l2": "alpha weight_decay lambda lmbda lambd lam l2_lambda l2_regularization l2_reg wd",
    "regularization.l1": "l1_lambda l1_regularization l1_reg",
    "model": "network net architecture arch",
    "model.layers": "hidden_layer_sizes hidden_dims hidden_sizes hidden_layers hidden_units hidden layer_sizes sizes",
    "model.units": "size width neurons nodes n_units num_units out_features dim",
    "model.input": "input_size input_dim input_shape in_features n_inputs n_features",
    "model.activation": "activation_function activation_fn nonlinearity non_linearity act hidden_activation transfer",
    "model.output": "output_activation out_activation final_activation last_activation",
    "model.init": "initializer initialiser initialization kernel_initializer weight_init weights_init init_method",
    "model.bias_init": "bias_initializer bias_initialization init_bias",
    "model.normalization": "batchnorm batch_norm batch_normalization use_batchnorm bn layernorm layer_norm norm",
    "model.dropout": "dropout_rate drop drop_rate p_dropout dropout_p hidden_dropout",
    "model.input_dropout": "visible_dropout dropout_input",
    "model.input_noise": "gaussian_noise noise_std input_noise_std denoising",
    "regularization.max_norm": "maxnorm max_norm_constraint kernel_constraint max_weight_norm",
    "clipping": "gradient_clipping grad_clip clip gradient_clip",
    "clipping.norm": "clipnorm clip_norm max_grad_norm grad_clip_norm gradient_clip_val clip_grad_norm global_clipnorm",
    "clipping.value": "clipvalue clip_value clip_grad_value",
    "average": "ema swa weight_averaging moving_average averaging polyak",
    "average.decay": "ema_decay ema_momentum",
    "loss": "loss_function loss_fn criterion cost cost_function objective",
    "training": "train trainer fit",
    "training.epochs": "n_epochs num_epochs nb_epoch epoch max_epochs max_iter n_iter iterations",
    "training.evaluate_every": "eval_every log_every eval_interval validate_every eval_freq",
    "metrics": "metric eval_metrics evaluation_metrics validation_metrics scoring",
    "top_k": "topk top_k_accuracy",
    "data": "dataset data_set datasets",
    "data.name": "dataset_name",
    "data.batch_size": "batch batchsize bs minibatch mini_batch minibatch_size mini_batch_size train_batch_size",
    "data.validation_fraction": "validation_split val_split val_fraction valid_fraction validation_size val_size",
    "data.test_fraction": "test_split test_size",
    "data.scale": "normalize normalise normalization standardize scaling scaler preprocessing",
    "data.one_hot": "onehot one_hot_encode to_categorical categorical",
    "data.files": "data_dir data_path root folder dataset_path",
    "data.file": "filename csv path",
    "data.delimiter": "sep separator",
    "data.target": "label label_column target_column",
    "data.sampling": "oversample oversampling undersample undersampling resample class_balance weighted_sampler",
    "data.augmentation": "augment augmentations transforms transform data_augmentation",
    "data.augmentation.shift": "translate translation width_shift_range height_shift_range random_translation",
    "data.augmentation.rotation": "rotate rotation_range degrees random_rotation",
    "data.augmentation.scale": "zoom zoom_range random_zoom",
    "data.augmentation.shear": "shear_range",
    "data.augmentation.elastic_alpha": "elastic elastic_transform",
    "data.augmentation.horizontal_flip": "flip hflip fliplr mirror random_horizontal_flip",
    "data.augmentation.cutout": "random_erasing erasing cutout_size",
    "data.augmentation.noise": "noise_std noise_stddev gaussian_noise jitter",
    "data.augmentation.mixup": "mixup_alpha",
    "data.samples": "n_samples num_samples",
    "seed": "random_state random_seed manual_seed rng_seed",
    "dtype": "precision float_type",
    "threads": "n_jobs num_threads workers num_workers n_threads",
    "checkpoint": "checkpointing checkpoints save",
    "checkpoint.every_steps": "save_every save_freq save_steps save_interval",
    "early_stopping": "early_stop earlystopping early",
    "early_stopping.patience": "patience n_iter_no_change",
    "early_stopping.min_delta": "min_delta tol tolerance",
}
"""For each key of bpcli, what it is called in PyTorch, Keras, scikit-learn, and by hand."""

_MEANT = {name: key for key, names in _FOREIGN.items() for name in names.split()}


_AMBIGUOUS = (
    "algorithm updater drop mu beta memory m penalty reg alpha smoothing_constant net size sizes width nodes dim "
    "hidden act transfer norm visible_dropout noise_std gaussian_noise clip cost objective train fit iterations "
    "metric normalize normalise normalization scaling preprocessing root folder path csv label resample transform "
    "transforms translate translation rotate degrees zoom elastic flip mirror erasing jitter categorical precision "
    "workers save early tol tolerance"
)
"""Of these, those that mean other things in other sections: there nothing is made of them."""

_GENERIC = (
    "alpha approximate bits centered classes cooldown decay delta down drop end first gain gamma history inputs "
    "length limit low margin minimum mode monitor multiply name noise norm parts per power reduction rho rise scale "
    "shape shift slope start std task up value window"
)
"""Keys that one kind of section has, and that mean other things in others."""

LEAST_FAR = 5
"""Letters of a word up to which it is looked for in its own section alone: of few letters many a word can be made."""

_ABSENT = (
    (
        "",
        "fold folds k_fold kfold n_folds n_splits cv cross_validation",
        "bpcli has no cross-validation; data.validation_fraction keeps some examples for validation",
    ),
    ("model", "bias use_bias", "every layer has biases, and bias_init says how they start; batch_norm replaces them"),
    (
        "data",
        "drop drop_columns ignore usecols columns features feature_columns exclude",
        "every column except the target is learned from; of a table of your own, leave the others out of the file",
    ),
    ("data", "stratify stratified", "a split keeps the share of every class: leave it out"),
    ("", "device gpu cuda accelerator", "bpcli computes on the processor: leave it out"),
    ("", "verbose verbosity", "bpcli train --progress says what is shown"),
    ("", "output_dir save_dir log_dir run_dir", "bpcli train -o DIR names the run folder"),
    ("", "resume resume_from", "bpcli train --resume goes on with a run"),
    ("", "pretrained init_from warm_start", "bpcli train --from CHECKPOINT starts from its weights"),
    ("", "max_steps steps n_steps num_steps", "a training is as long as training.epochs says"),
    (
        "",
        "gradient_accumulation accumulate_grad_batches accumulation_steps",
        "there is none: write a larger data.batch_size",
    ),
)
"""What other programs have, in which section (empty: in any), and what to do here."""


def unknown_key(section: type, hint: Any, path: KeyPath) -> str:
    """The sentence about a key, the last part of `path`, that its section does not have."""
    *above, key = path
    word = str(key).lower().replace("-", "_")
    here = list(fields_of(section))
    owners = [other for other in sections(hint) if key in fields_of(other)]
    if owners:
        names = [name for owner in owners for name in _names(owner)]
        own = listed(_names(section))
        elsewhere = _MEANT.get(word, "")
        hint = f"; for {own} it is called {elsewhere}" if elsewhere and elsewhere.rpartition(".")[2] != word else ""
        return f"{dotted(path)} belongs to {listed(names)}, not to {own}{hint}"
    for home, words, sentence in _ABSENT:
        if word in words.split() and home in ("", *above[:1]):
            return f"unknown key {dotted(path)}: {sentence}"
    meant = _meant(word, here, dotted(tuple(above)))
    if meant:
        return f"unknown key {dotted(path)}: here it is called {meant}"
    if word in here:
        return f"unknown key {dotted(path)}: write it as {word}"
    places = {name: place for name, place in _everywhere().items() if name not in _GENERIC.split()}
    if word in places:
        return f"unknown key {dotted(path)}: it stands elsewhere, as {places[word]}"
    if close := slip_of(word, here):
        return f"unknown key {dotted(path)}: did you mean {dotted((*above, close))}?"
    if len(word) > LEAST_FAR and (close := slip_of(word, places)):
        return f"unknown key {dotted(path)}: did you mean {places[close]}?"
    owner = dotted(tuple(above)) or "a config"
    return f"unknown key {dotted(path)}: {owner} has the keys {listed(here)}"


def _meant(word: str, here: list[str], above: str) -> str | None:
    """The key that a foreign word means: in the section it stands in, if that has such a key.

    The keys of a section in a section are those of no other: to scale an image is not to scale inputs.
    """
    meant = _MEANT.get(word)
    if meant is None:
        return None
    last = meant.rpartition(".")[2]
    if last in here and meant.count(".") < 2:
        return f"{above}.{last}" if above else last
    if word in _AMBIGUOUS.split() and above and above.partition(".")[0] != meant.partition(".")[0]:
        return None
    return "model.layers" if meant == "model.units" else meant


@cache
def _everywhere() -> dict[str, str]:
    """Every key of a config as a dotted key; of two by one name the first."""
    keys: dict[str, str] = {}
    for section, hint in fields_of(Config).items():
        keys.setdefault(section, section)
        _collect(keys, section, hint)
    return keys


def _collect(keys: dict[str, str], path: str, hint: Any) -> None:
    """The keys of the sections of a hint, and below, into `keys`, those nearest to the top first."""
    named = [(key, inner) for section in sections(hint) for key, inner in fields_of(section).items() if key != "name"]
    for key, _ in named:
        keys.setdefault(key, f"{path}.{key}")
    for key, inner in named:
        _collect(keys, f"{path}.{key}", inner)


def _names(section: type) -> list[str]:
    return [name for name in getattr(fields_of(section).get("name"), "__args__", ()) if isinstance(name, str)]
