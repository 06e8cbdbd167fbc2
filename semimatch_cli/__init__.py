"""semimatch: point at a part of one photo, find the same part of another object in another.

>>> import semimatch_cli as sm                                        # doctest: +SKIP
>>> matcher = sm.load_matcher("tiny")                                 # doctest: +SKIP
>>> matcher.transfer("a.jpg", "b.jpg", [(120, 80)]).target_points     # doctest: +SKIP

The names below load what they need on first use, so `import semimatch_cli` loads no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from semimatch_cli.errors import (
    AccessError,
    ArgumentError,
    ConfigError,
    DatasetError,
    InputError,
    OfflineError,
    SemimatchError,
    ShapeError,
    WeightsError,
)

if TYPE_CHECKING:
    from semimatch_cli.loading import load_matcher
    from semimatch_cli.matching.features import Features
    from semimatch_cli.matching.frame import Frame
    from semimatch_cli.matching.image import read_image
    from semimatch_cli.matching.matcher import Matcher
    from semimatch_cli.matching.results import Matches, Warp

__version__ = "0.1.0"

_HOMES = {
    "Features": "matching.features",
    "Frame": "matching.frame",
    "Matcher": "matching.matcher",
    "Matches": "matching.results",
    "Warp": "matching.results",
    "load_matcher": "loading",
    "read_image": "matching.image",
}

__all__ = [
    "AccessError",
    "ArgumentError",
    "ConfigError",
    "DatasetError",
    "Features",
    "Frame",
    "InputError",
    "Matcher",
    "Matches",
    "OfflineError",
    "SemimatchError",
    "ShapeError",
    "Warp",
    "WeightsError",
    "__version__",
    "load_matcher",
    "read_image",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
