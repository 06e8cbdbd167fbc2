"""Pure functions from photos and matches to pictures, and two renderers of them."""
