"""Everything that a run leaves on the disk."""
