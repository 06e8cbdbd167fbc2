"""What can go wrong, as one tree; the command line maps each class to an exit code.

    SemimatchError
    ├── ArgumentError     the call itself is wrong: unknown name, mode or device, unparsable value
    ├── InputError        a photo, a points file or an output path is not what it should be
    │   └── ShapeError    a tensor or array has the wrong shape
    ├── DatasetError      a data set is missing, broken or not in the layout it claims
    ├── WeightsError      a checkpoint is missing, corrupted or does not fit its network
    │   └── OfflineError  it would have to be fetched, and the network is off or out of reach
    ├── ConfigError       a configuration holds an unknown key or an impossible value
    └── AccessError       gated or not allowed

Every error says what happened (with the value), why, and carries the next step in `hint`.
"""


class SemimatchError(Exception):
    """The root of every error this package raises on purpose.

    Args:
        what: One line: what happened, with the offending value.
        why: One line: the reason.
        hint: The next thing to do, a command where there is one.
    """

    def __init__(self, what: str, *, why: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" if self.why else self.what


class ArgumentError(SemimatchError):
    """The call itself is wrong: unknown name, mode or device, or an unparsable value."""


class InputError(SemimatchError):
    """A photo, a points file or an output path is not what it should be."""


class ShapeError(InputError):
    """A tensor or array has the wrong shape."""


class DatasetError(SemimatchError):
    """A data set is missing, broken or not in the layout it claims."""


class WeightsError(SemimatchError):
    """A checkpoint is missing, corrupted or does not fit its network."""


class OfflineError(WeightsError):
    """A file would have to be fetched, and the network is off or out of reach."""


class ConfigError(SemimatchError):
    """A configuration holds an unknown key or an impossible value."""


class AccessError(SemimatchError):
    """A resource is gated, or the credentials do not allow it."""
