"""Inference precision: full float32 on the CPU, no gradients, the caller's setting restored."""

from collections.abc import Iterator

import pytest
import torch

from semimatch_cli.matching.precision import inference_precision

CPU = torch.device("cpu")


@pytest.fixture(params=["highest", "high", "medium"])
def callers_setting(request: pytest.FixtureRequest) -> Iterator[str]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(request.param)
    yield request.param
    torch.set_float32_matmul_precision(before)


def test_products_are_full_float32_whatever_the_caller_has_set(callers_setting: str) -> None:
    generator = torch.Generator().manual_seed(0)
    left, right = (torch.randn(512, 384, generator=generator) for _ in range(2))
    exact = torch.nn.functional.linear(left.double(), right.double())
    with inference_precision(CPU):
        product = torch.nn.functional.linear(left, right)
    # bfloat16 products are wrong by more than 0.1 here, TF32 by 0.01.
    torch.testing.assert_close(product.double(), exact, rtol=0, atol=2e-4)


def test_the_callers_setting_is_restored(callers_setting: str) -> None:
    with inference_precision(CPU):
        pass
    assert torch.get_float32_matmul_precision() == callers_setting


def test_the_callers_setting_is_restored_after_an_error(callers_setting: str) -> None:
    with pytest.raises(ZeroDivisionError), inference_precision(CPU):
        raise ZeroDivisionError
    assert torch.get_float32_matmul_precision() == callers_setting
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_no_gradients_are_recorded(device: str) -> None:
    weight = torch.ones(4, 4, device=device, requires_grad=True)
    with inference_precision(torch.device(device)):
        assert not (weight @ weight).requires_grad


def test_other_devices_keep_the_callers_setting(callers_setting: str) -> None:
    with inference_precision(torch.device("meta")):
        assert torch.get_float32_matmul_precision() == callers_setting


@pytest.mark.skipif(not hasattr(torch.backends.mkldnn, "matmul"), reason="torch before 2.9")
@pytest.mark.parametrize("precision", ["ieee", "tf32", "bf16"])
def test_a_caller_who_sets_the_precision_of_each_backend_is_served_alike(precision: str) -> None:
    setting = torch.backends.mkldnn.matmul
    before, setting.fp32_precision = setting.fp32_precision, precision
    try:
        fine = torch.full((256, 256), 1 + 2.0**-23)
        with inference_precision(CPU):
            product = fine @ torch.eye(256)
        assert setting.fp32_precision == precision
    finally:
        setting.fp32_precision = before
    torch.testing.assert_close(product, fine, rtol=0, atol=0)


def test_the_setting_for_other_devices_is_not_touched_meanwhile() -> None:
    if not hasattr(torch.backends.mkldnn, "matmul"):
        pytest.skip("torch before 2.9 has one setting for all")
    before = torch.backends.cuda.matmul.fp32_precision
    with inference_precision(CPU):
        assert torch.backends.cuda.matmul.fp32_precision == before


def test_older_torch_with_one_setting_for_all_is_served_alike(
    callers_setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends, "mkldnn", object())
    fine = torch.full((256, 256), 1 + 2.0**-23)
    with inference_precision(CPU):
        product = fine @ torch.eye(256)
    assert torch.get_float32_matmul_precision() == callers_setting
    torch.testing.assert_close(product, fine, rtol=0, atol=0)
