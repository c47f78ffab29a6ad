"""What holds for every test."""

from hypothesis import settings

from torture.children import heed_signals

heed_signals()

# Nothing is timed on a machine that others use too; the plugin that runs the mutants has a profile of its own.
if settings().deadline is not None:
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
