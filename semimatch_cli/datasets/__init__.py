"""Data sets, each read into one kind of pair, and the rendered one that is made here."""
