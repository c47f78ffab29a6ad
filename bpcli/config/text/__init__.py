"""A config read from text, with its places; no key is known here."""
