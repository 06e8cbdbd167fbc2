"""The table of data sets, and how each stands on this machine."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from semimatch_cli import config
from semimatch_cli.datasets.holdings import look
from semimatch_cli.datasets.sources import SOURCES, UNCHECKED, find
from semimatch_cli.errors import ArgumentError

ADDRESSES = {
    "spair": ["https://cvlab.postech.ac.kr/research/SPair-71k/data/SPair-71k.tar.gz"],
    "pf-pascal": [
        "https://www.di.ens.fr/willow/research/proposalflow/dataset/PF-dataset-PASCAL.zip",
        *(
            "https://raw.githubusercontent.com/ignacio-rocco/ncnet/116a9141f3a5ae16affa1f7c3c9f8389"
            f"9960ea3e/datasets/pf-pascal/image_pairs/{split}_pairs.csv"
            for split in ("train", "val", "test")
        ),
    ],
    "pf-willow": [
        "https://www.di.ens.fr/willow/research/proposalflow/dataset/PF-dataset.zip",
        "https://www.di.ens.fr/willow/research/cnngeometric/other_resources/test_pairs_pf.csv",
    ],
    "tss": ["http://www.hci.iis.u-tokyo.ac.jp/datasets/data/JointCorrCoseg/TSS_CVPR2016.zip"],
}


def test_the_addresses_are_those_that_the_authors_published() -> None:
    told = {
        name: [address for file in source.files for address in file.addresses]
        for name, source in SOURCES.items()
    }
    assert told == ADDRESSES


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_row_says_what_a_user_must_know(source: object) -> None:
    source = find(source.name)  # type: ignore[attr-defined]
    assert source.summary and source.license and source.terms and source.paper
    assert sum(file.is_archive for file in source.files) == 1
    assert source.contents
    for file in source.files:
        assert all(urlsplit(address).path.endswith(f"/{file.name}") for address in file.addresses)


def test_unknown_names_are_told_with_close_ones() -> None:
    with pytest.raises(ArgumentError) as caught:
        find("spiar")
    assert "unknown data set 'spiar'" in caught.value.what
    assert "spair" in caught.value.hint


def test_the_rendered_set_is_made_not_fetched() -> None:
    with pytest.raises(ArgumentError) as caught:
        find("synth")
    assert "semimatch data synth" in caught.value.hint


def test_data_lie_where_the_environment_says(
    private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SEMIMATCH_DATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert find("spair").folder == private_home / ".local/share/semimatch/spair"
    monkeypatch.setenv("XDG_DATA_HOME", "/big")
    assert find("spair").folder == Path("/big/semimatch/spair")
    monkeypatch.setenv("SEMIMATCH_DATA", "~/sets")
    assert find("spair").folder == private_home / "sets/spair"
    assert config.data_dir() == private_home / "sets"


def test_a_standing_says_where_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMIMATCH_DATA", str(tmp_path))
    source = find("pf-willow")
    assert look(source).to_dict() | {"files": ()} == source.to_dict() | {
        "files": (),
        "state": "not here",
        "path": None,
        "lacking": [],
        "waiting": 0,
        "pins": {},
        "addresses": UNCHECKED,
        "next_step": "semimatch data get pf-willow",
    }
    (source.folder).mkdir()
    assert look(source).state == "incomplete"
    assert look(source).next_step == "semimatch data get pf-willow --force"
    (source.folder / "PF-dataset").mkdir()
    assert look(source).path == source.folder
    assert look(source).next_step == "semimatch eval pf-willow"
