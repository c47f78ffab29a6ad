"""bpcli schema"""

from __future__ import annotations

from bpcli.cli.json_output import print_json


def schema() -> None:
    """Print the JSON Schema of the config, for editors.

    Saved beside a config as bpcli.schema.json it is found by the first line of the built-in ones.
    """
    from bpcli.config.schema import json_schema

    print_json(json_schema())
