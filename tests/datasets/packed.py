"""Archives of small data sets in the official layouts, and a data set of the test's own."""

import io
import tarfile
import tempfile
import zipfile
from pathlib import Path

from semimatch_cli.datasets.sources import DataSource, SourceFile
from tests.datasets.small_sets import (
    write_pf_pascal_photo,
    write_pf_willow_photo,
    write_spair,
    write_tss_item,
)

POINTS = [(1, 2), (3, 4), (5, 6), (7, 8)]
PASCAL_LIST = (
    "source_image,target_image,class,XA,YA,XB,YB\n"
    "PF-dataset-PASCAL/JPEGImages/2008_1.jpg,PF-dataset-PASCAL/JPEGImages/2008_2.jpg,3,1;2,3;4,5;6,7;8\n"
)


def tar(files: dict[str, bytes]) -> bytes:
    """Pack files as .tar.gz."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def official_files(name: str) -> dict[str, bytes]:
    """Return what the authors' server would give for a small version of a benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if name == "spair":
            write_spair(root / "SPair-71k")
            return {"SPair-71k.tar.gz": tar(_tree(root))}
        if name == "tss":
            write_tss_item(root / "TSS_CVPR2016")
            return {"TSS_CVPR2016.zip": _zip(_tree(root))}
        if name == "pf-pascal":
            for photo in ("2008_1", "2008_2"):
                write_pf_pascal_photo(root, "bird", photo, POINTS)
            lists = {f"{split}_pairs.csv": PASCAL_LIST.encode() for split in _SPLITS}
            return {"PF-dataset-PASCAL.zip": _zip(_tree(root)), **lists}
        for photo in ("1", "2"):
            write_pf_willow_photo(root, "car(S)", photo, [range(10), range(10)])
        numbers = ",".join(map(str, range(40)))
        listing = f"h\nPF-dataset/car(S)/1.png,PF-dataset/car(S)/2.png,{numbers}\n".encode()
        return {"PF-dataset.zip": _zip(_tree(root)), "test_pairs_pf.csv": listing}


def toy_source(address: str, sha256: str = "") -> DataSource:
    """Return a data set of one archive, a list and an optional note, all at one address."""
    files = (
        SourceFile("toy.tar.gz", (f"{address}/toy.tar.gz",), sha256=sha256),
        SourceFile("list.csv", (f"{address}/list.csv",)),
        SourceFile("note.txt", (f"{address}/note.txt",), optional=True),
    )
    return DataSource(
        name="toy",
        summary="a toy",
        files=files,
        contents=("toy/photos", "list.csv"),
        license="MIT",
        terms="be kind",
        page="http://toy.example/",
    )


def toy_files(photo: bytes = b"a photo") -> dict[str, bytes]:
    """Return the files of the toy."""
    archive = tar({"toy/photos/1.jpg": photo})
    return {"toy.tar.gz": archive, "list.csv": b"1", "note.txt": b"a note"}


_SPLITS = ("train", "val", "test")


def _tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return buffer.getvalue()
