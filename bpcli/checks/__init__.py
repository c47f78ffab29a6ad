"""Proofs that the numbers are right: back-propagation against numerical gradients."""
