"""Pure functions from photos and matches to pictures.

`keypoints_scene`, `dense_scene`, `flow_scene` and `heat_scene` return a `Scene`, and `save_scene`
writes it as PNG, JPEG, WebP (Pillow alone), PDF or SVG (matplotlib).
"""
