"""The training loop, what it yields, what it measures and what it saves."""
