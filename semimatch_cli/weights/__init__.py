"""Weights: which exist (registry), where they lie (hub) and how they are read (checkpoint)."""
