"""What the process has done that all others are forked from: imports, and the schema of configs."""

from __future__ import annotations

import tempfile
from importlib import import_module
from pathlib import Path

from tensorflow_datasets.core.download import checksums

from bpcli.config.load import load_config
from torture.subjects import SUBJECTS

for name in (
    "bpcli.api.evaluate",
    "bpcli.api.gradcheck",
    "bpcli.api.train",
    "bpcli.cli.app",
    "bpcli.cli.process",
    "bpcli.report.plain",
    "requests",
    "tensorflow_datasets.image_classification.mnist",
    "torture.children",
):
    import_module(name)

checksums.get_all_url_infos()  # reads them, once and for all

with tempfile.TemporaryDirectory() as _folder:
    for _number, _text in enumerate(SUBJECTS.values()):
        _path = Path(_folder, f"{_number}.yaml")
        _path.write_text(_text)
        load_config(_path)
