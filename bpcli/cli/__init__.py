"""The commands of the terminal, a file each: parse, call, print.

Nothing heavy is imported at module level here, so that `bpcli --help` answers at once.
"""
