"""bpcli schema"""

from __future__ import annotations

from bpcli.cli.json_output import print_json


def schema() -> None:
    """Print the JSON Schema of the config, for editors.

    Saved as bpcli.schema.json, it is referred to by each config that `bpcli init` then writes beside it.
    """
    from bpcli.config.schema import json_schema

    print_json(json_schema())
