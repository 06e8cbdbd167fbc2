"""The table of weights: names, paths and addresses become entries; every slip is told."""

from pathlib import Path

import pytest
import torch

from semimatch_cli.errors import ArgumentError, ConfigError, WeightsError
from semimatch_cli.matching.network import MatchingNetwork, NetworkConfig
from semimatch_cli.weights.registry import find, read_table, user_table

BUILT_IN = {
    "tiny",
    "dinov2-small",
    "dinov2-base",
    "dinov2-large",
    "dinov2-small-registers",
    "dinov2-base-registers",
    "dinov2-large-registers",
    "dinov3-small",
    "dinov3-base",
    "resnet101",
}


def write_user_table(text: str) -> Path:
    table = user_table()
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_text(text, encoding="utf-8")
    return table


def test_the_built_in_table_holds_the_known_names_and_only_tiny_is_embedded() -> None:
    table = read_table()
    assert set(table) == BUILT_IN
    assert [name for name, entry in table.items() if entry.embedded] == ["tiny"]


def test_every_built_in_entry_says_what_it_is_and_how_to_build_it() -> None:
    for entry in read_table().values():
        assert entry.summary and entry.license and entry.training_data
        if entry.embedded:  # it carries its network in its own header
            assert not entry.network
        else:
            config = NetworkConfig.from_dict(entry.network)
            with torch.device("meta"):
                assert MatchingNetwork(config).stride in (14, 16)


def test_a_table_name_is_found() -> None:
    assert find("dinov2-small").repo == "facebook/dinov2-small"


def test_an_unknown_name_brings_the_close_ones() -> None:
    with pytest.raises(ArgumentError) as caught:
        find("dinov2-smal")
    assert "dinov2-small" in caught.value.why
    assert "weights list" in caught.value.hint


def test_a_file_path_is_found_as_itself(tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"x")
    assert find(str(file)).path == file
    assert find(file).path == file


def test_a_folder_with_one_checkpoint_stands_for_it(tmp_path: Path) -> None:
    file = tmp_path / "best.safetensors"
    file.write_bytes(b"x")
    assert find(tmp_path).path == file


@pytest.mark.parametrize("names", [[], ["a.safetensors", "b.safetensors"]])
def test_a_folder_without_exactly_one_checkpoint_is_refused(
    tmp_path: Path, names: list[str]
) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(WeightsError, match=f"holds {len(names)} safetensors"):
        find(tmp_path)


def test_a_missing_path_is_a_missing_file_not_an_unknown_name() -> None:
    with pytest.raises(WeightsError, match="does not exist"):
        find("./absent.safetensors")


@pytest.mark.parametrize("name", ["old.pth", "dir/old.PT", "hf://a/b/pytorch_model.bin"])
def test_pickles_are_refused_by_name(name: str) -> None:
    with pytest.raises(WeightsError, match="safetensors"):
        find(name)


@pytest.mark.parametrize(
    ("address", "repo", "file", "revision"),
    [
        ("hf://a/b/c.safetensors", "a/b", "c.safetensors", "main"),
        ("hf://a/b/deep/c.safetensors@v1", "a/b", "deep/c.safetensors", "v1"),
        ("hf://a/b/c.safetensors@refs/pr/7", "a/b", "c.safetensors", "refs/pr/7"),
    ],
)
def test_an_address_names_repository_file_and_revision(
    address: str, repo: str, file: str, revision: str
) -> None:
    entry = find(address)
    assert (entry.repo, entry.file, entry.revision) == (repo, file, revision)
    assert find(entry.address) == find(entry.address) and find(entry.address).repo == repo


@pytest.mark.parametrize("address", ["hf://", "hf://a/b", "hf://a//c", "hf://a/b/c.safetensors@"])
def test_an_incomplete_address_is_an_argument_error(address: str) -> None:
    with pytest.raises(ArgumentError, match="cannot read the address"):
        find(address)


def test_a_users_own_table_adds_names_and_its_paths_start_at_its_folder() -> None:
    table = write_user_table('[weights.mine]\nsummary = "my own"\npath = "mine.safetensors"\n')
    entry = find("mine")
    assert entry.path == table.parent / "mine.safetensors"
    assert set(read_table()) == BUILT_IN | {"mine"}


def test_a_users_own_table_cannot_redefine_a_built_in_name() -> None:
    write_user_table('[weights.tiny]\nrepo = "a/b"\nfile = "c.safetensors"\n')
    with pytest.raises(ConfigError, match="tiny cannot be redefined"):
        read_table()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[weights.x", "not valid TOML", "fix or remove"),
        ('[weights.x]\nreppo = "a/b"\n', "unknown key 'reppo'", "'repo'"),
        ("[wieghts.x]\n", "unknown key 'wieghts'", "'weights'"),
        ('[weights.x]\nrepo = "a/b"\nfile = "f"\nsize = "big"\n', "not a whole number", "correct"),
        ('[weights.x]\nrepo = "a/b"\n', "exactly one place", "repo"),
        ('[weights.x]\nrepo = "a/b"\nfile = "f"\npath = "p"\n', "exactly one place", "repo"),
        ('[weights.x]\npath = "p"\nsha256 = "abc"\n', "64 lowercase hex", ""),
        ('[weights.x]\npath = "p"\nsize = 0\n', "must be positive", ""),
        ("weights = 3\n", "expected one table", ""),
        ("[weights]\nx = 3\n", "expected a table", ""),
    ],
)
def test_a_broken_table_is_told_with_its_file_and_the_next_step(
    text: str, message: str, hint: str
) -> None:
    table = write_user_table(text)
    with pytest.raises(ConfigError) as caught:
        read_table()
    told = f"{caught.value} {caught.value.hint}"
    assert message in told and hint in told
    assert str(table) in told
