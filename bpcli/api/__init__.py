"""bpcli from Python: plain functions, which the commands of the terminal call too."""
