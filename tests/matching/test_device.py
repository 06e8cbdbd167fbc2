"""Devices are resolved once, and refused by name."""

import pytest

from semimatch_cli.errors import ArgumentError
from semimatch_cli.matching.device import resolve_device


def test_auto_and_cpu_are_always_there() -> None:
    assert resolve_device("cpu").type == "cpu"
    assert resolve_device("auto").type in {"cpu", "cuda", "mps"}


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "", "CPU0"])
def test_a_device_that_is_not_there_is_refused_with_what_is(name: str) -> None:
    with pytest.raises(ArgumentError, match="cannot be used") as caught:
        resolve_device(name)
    assert "cpu" in caught.value.why
