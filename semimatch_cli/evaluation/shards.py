"""Shard: the part of a run that one of several processes does, and how their results meet.

`torchrun --nproc_per_node N -m semimatch_cli eval ...` starts N processes and tells each its rank
through the environment. Each takes one contiguous part of the pairs, so that neighbors that share
photos stay together; results are gathered on rank 0 over gloo, which needs no GPU.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from semimatch_cli.config import process_rank

Item = TypeVar("Item")


@dataclass(frozen=True)
class Shard:
    """One process of a run.

    Args:
        rank: Its number, from 0.
        count: How many there are.
        local_rank: Its number on its own machine.
    """

    rank: int = 0
    count: int = 1
    local_rank: int = 0

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes and prints."""
        return self.rank == 0

    def part(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return this process's contiguous part of a list, as long as the others' within one."""
        start, end = (len(items) * rank // self.count for rank in (self.rank, self.rank + 1))
        return items[start:end]

    def gather(self, item: Item) -> list[Item]:
        """Return everyone's item by rank on rank 0, and nothing elsewhere."""
        if self.count == 1:
            return [item]
        from torch import distributed

        gathered: list[Item | None] | None = [None] * self.count if self.is_first else None
        distributed.gather_object(item, gathered)
        return [found for found in gathered or [] if found is not None]

    def wait(self) -> None:
        """Return when every process has come here."""
        if self.count > 1:
            from torch import distributed

            distributed.barrier()

    def device(self, asked: str) -> str:
        """Give each process of a machine a GPU of its own where several are asked for alike."""
        import torch

        gpus = torch.cuda.device_count()
        if self.count == 1 or gpus < 2 or asked not in ("auto", "cuda"):
            return asked
        return f"cuda:{self.local_rank % gpus}"


ALONE = Shard()


@contextmanager
def joined() -> Iterator[Shard]:
    """Join the other processes of this run, if there are any, for the time of the block."""
    rank, count, local_rank = process_rank()
    if count == 1:
        yield ALONE
        return
    from torch import distributed

    distributed.init_process_group("gloo")
    try:
        yield Shard(rank, count, local_rank)
    finally:
        distributed.destroy_process_group()
