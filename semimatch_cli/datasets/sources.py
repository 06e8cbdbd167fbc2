"""The benchmarks that can be fetched: their files, addresses, terms and what must be in them.

The addresses are those that the authors published. Whether they still answer is not checked here:
`get` names one that does not, and takes the same files by `--mirror` or `--from`. No digest is
published for any of them, so each is recorded at first sight (see `acquire`).
"""

import difflib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from semimatch_cli.config import data_dir
from semimatch_cli.errors import ArgumentError

UNCHECKED = "as published by the authors; whether it still answers is unchecked"

_PROPOSAL_FLOW = "https://www.di.ens.fr/willow/research/proposalflow"
_NCNET_LISTS = (
    "https://raw.githubusercontent.com/ignacio-rocco/ncnet/"
    "116a9141f3a5ae16affa1f7c3c9f83899960ea3e/datasets/pf-pascal/image_pairs"
)


@dataclass(frozen=True)
class SourceFile:
    """One file to fetch.

    Args:
        name: Its name at every address and, unless it is an archive, in the data set's folder.
        addresses: Where it lies, tried in this order.
        sha256: Its digest as 64 hex digits, where one is published.
        optional: The data set can be read without it.
    """

    name: str
    addresses: tuple[str, ...]
    sha256: str = ""
    optional: bool = False

    @property
    def is_archive(self) -> bool:
        """Whether it is unpacked rather than kept."""
        return self.name.endswith((".zip", ".tar.gz"))


@dataclass(frozen=True)
class DataSource:
    """One data set that `semimatch data get` can bring.

    Args:
        name: The name that every command knows it by, and the name of its folder.
        summary: What it is, in one line.
        files: What is fetched.
        contents: Patterns of paths inside its folder; without a match it is not this data set.
        license: Its license, in a few words.
        terms: What its authors ask of the users, in a sentence.
        page: Its home.
        paper: Where it comes from.
    """

    name: str
    summary: str
    files: tuple[SourceFile, ...]
    contents: tuple[str, ...]
    license: str
    terms: str
    page: str = ""
    paper: str = ""

    @property
    def folder(self) -> Path:
        """Where it lies, or will lie, on this machine."""
        return data_dir() / self.name

    def missing(self, folder: Path) -> list[str]:
        """Return which of the contents a folder lacks, in their order."""
        return [pattern for pattern in self.contents if not any(folder.glob(pattern))]

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain values, ready for JSON."""
        return asdict(self)


_NO_LICENSE = "not known"
_RESEARCH = "no license of it is known here: ask its authors before any use but research"

SOURCES: dict[str, DataSource] = {
    source.name: source
    for source in (
        DataSource(
            name="spair",
            summary="SPair-71k: 70,958 pairs of 1,800 photos in 18 categories",
            files=(
                SourceFile(
                    "SPair-71k.tar.gz",
                    ("https://cvlab.postech.ac.kr/research/SPair-71k/data/SPair-71k.tar.gz",),
                ),
            ),
            contents=tuple(
                f"SPair-71k/{part}"
                for part in ("Layout", "PairAnnotation", "ImageAnnotation", "JPEGImages")
            ),
            license="terms of use",
            terms="its photos come from PASCAL VOC and Flickr, whose terms of use hold",
            page="https://cvlab.postech.ac.kr/research/SPair-71k/",
            paper="Min et al., SPair-71k: A Large-scale Benchmark, 2019",
        ),
        DataSource(
            name="pf-pascal",
            summary="PF-PASCAL: pairs of PASCAL photos in 20 categories, with the split of NCNet",
            files=(
                SourceFile(
                    "PF-dataset-PASCAL.zip", (f"{_PROPOSAL_FLOW}/dataset/PF-dataset-PASCAL.zip",)
                ),
                *(
                    SourceFile(f"{split}_pairs.csv", (f"{_NCNET_LISTS}/{split}_pairs.csv",))
                    for split in ("train", "val", "test")
                ),
            ),
            contents=(
                "PF-dataset-PASCAL/JPEGImages",
                "PF-dataset-PASCAL/Annotations",
                "test_pairs.csv",
            ),
            license=_NO_LICENSE,
            terms=f"its photos come from PASCAL VOC; {_RESEARCH}",
            page=f"{_PROPOSAL_FLOW}/",
            paper="Ham et al., Proposal Flow: Semantic Correspondences from Object Proposals, 2017",
        ),
        DataSource(
            name="pf-willow",
            summary="PF-WILLOW: pairs of 100 photos in 10 groups, for testing only",
            files=(
                SourceFile("PF-dataset.zip", (f"{_PROPOSAL_FLOW}/dataset/PF-dataset.zip",)),
                SourceFile(
                    "test_pairs_pf.csv",
                    (
                        "https://www.di.ens.fr/willow/research/cnngeometric/other_resources/"
                        "test_pairs_pf.csv",
                    ),
                    optional=True,
                ),
            ),
            contents=("PF-dataset",),
            license=_NO_LICENSE,
            terms=_RESEARCH,
            page=f"{_PROPOSAL_FLOW}/",
            paper="Ham et al., Proposal Flow, 2016",
        ),
        DataSource(
            name="tss",
            summary="TSS: 400 pairs with dense flow and masks, in three groups",
            files=(
                SourceFile(
                    "TSS_CVPR2016.zip",
                    (
                        "http://www.hci.iis.u-tokyo.ac.jp/datasets/data/JointCorrCoseg/"
                        "TSS_CVPR2016.zip",
                    ),
                ),
            ),
            contents=("**/flow1.flo", "**/image1.png"),
            license=_NO_LICENSE,
            terms=_RESEARCH,
            paper="Taniai et al., Joint Recovery of Dense Correspondence and Cosegmentation in Two "
            "Images, 2016",
        ),
    )
}


def find(name: str) -> DataSource:
    """Return a data set of the table.

    Raises:
        ArgumentError: There is no such name; close ones are named.
    """
    if name in SOURCES:
        return SOURCES[name]
    if name == "synth":
        raise ArgumentError(
            "the rendered set is made, not fetched", hint="semimatch data synth DIR"
        )
    close = difflib.get_close_matches(name, SOURCES)
    raise ArgumentError(
        f"unknown data set {name!r}",
        why=f"known: {', '.join(SOURCES)}",
        hint=f"did you mean {close[0]}?" if close else "semimatch data list",
    )
