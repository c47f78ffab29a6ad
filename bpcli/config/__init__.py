"""From YAML text to validated sections to the objects that train."""
