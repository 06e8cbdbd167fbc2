"""Evaluation: predictions become records, records become numbers, numbers carry their protocol."""
