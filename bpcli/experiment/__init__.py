"""A config made into the objects that train."""
