"""What does not go with what in a config."""
