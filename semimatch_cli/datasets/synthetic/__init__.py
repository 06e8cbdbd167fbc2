"""Rendered photos: procedural objects whose every correspondence is known.

`render` makes one photo with its truth, `write_dataset` a whole data set in SPair-71k's layout, and
`dense_truth` tells where each pixel of one photo lies in another of the same category.
"""

from semimatch_cli.datasets.synthetic.categories import CATEGORIES, keypoint_names, part_names
from semimatch_cli.datasets.synthetic.generate import Plan, Summary, image_seed, write_dataset
from semimatch_cli.datasets.synthetic.render import Rendering, render
from semimatch_cli.datasets.synthetic.truth import dense_truth

__all__ = [
    "CATEGORIES",
    "Plan",
    "Rendering",
    "Summary",
    "dense_truth",
    "image_seed",
    "keypoint_names",
    "part_names",
    "render",
    "write_dataset",
]
