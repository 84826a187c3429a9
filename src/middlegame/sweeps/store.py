"""Worlds on disk: blocks kept as they are done, one whole Parquet file in the end.

Each block is a file of its own in a folder beside the file to come, and appears whole or not at
all. So whatever ends a sweep loses only the block that was being worked on. A block's file has
NumPy's form: Parquet's takes ten times as long to write and read, and PyArrow imports pandas.
"""

import io
import json
import shutil
import weakref
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.files import write_whole
from middlegame.base.numbers import Floats
from middlegame.sweeps.plan import Block

if TYPE_CHECKING:
    import pyarrow as pa


ABOUT = b"middlegame"
"""The key of a file's metadata under which it says what sweep it is of."""
_ABOUT_WORLDS = ("world", "outcome", "agrees")
"""The columns before a world's numbers."""
_ROWS = 16_384
"""Worlds in a row group of the whole file."""


@dataclass
class Store:
    """The blocks of one sweep.

    Attributes:
        out: the whole file to come; None where the worlds are not to be kept.
        folder: where blocks are until then.
        columns: the numbers of a world.
        about: what sweep it is of: two with the same can go on from each other.
    """

    path: Path | None
    folder: Path
    columns: tuple[str, ...]
    metadata: Mapping[str, Any]
    complete: bool = field(default=False, init=False)

    @classmethod
    def open(
        cls,
        out: Path | None,
        columns: tuple[str, ...],
        about: Mapping[str, Any],
        *,
        resume: bool = False,
    ) -> "Store":
        """Make a place for a sweep's worlds, or find what is there of it.

        Raises:
            QueryError: something else is there, or nothing that could be resumed.
            OSError: nothing can be written there.
        """
        if out is None:
            if resume:
                raise QueryError("there is nothing to resume without the file that was written to")
            folder = Path(mkdtemp(prefix="middlegame-"))
            store = cls(None, folder, columns, about)
            weakref.finalize(store, shutil.rmtree, folder, ignore_errors=True)
            return store
        folder = out.with_name(f"{out.name}.parts")
        store = cls(out, folder, columns, about)
        if out.is_dir():
            raise QueryError(f"{out} is a folder; expected a file to write the worlds to")
        if resume:
            store._resume()
        elif folder.exists():
            raise QueryError(
                f"{folder} holds an unfinished sweep: go on with it by --resume, or remove it"
            )
        if not store.complete:
            store._begin()
        return store

    @property
    def done(self) -> list[int]:
        """The numbers of the blocks that are there, in order."""
        return sorted(int(file.stem) for file in self.folder.glob("*.npy"))

    def add(self, block: Block) -> None:
        """Keep a block."""
        stream = io.BytesIO()
        # Column by column: what is read of it later are a few of the columns.
        np.save(stream, np.asfortranarray(block.values))
        np.save(stream, np.array(block.outcomes))
        agrees = [-1 if agrees is None else agrees for agrees in block.agrees]
        np.save(stream, np.array(agrees, np.int8))
        write_whole(self._block_file(block.number), stream.getvalue())

    def finish(self) -> None:
        """Put all blocks into one file, if they are to be kept."""
        if self.path is None or self.complete:
            return
        import pyarrow as pa
        import pyarrow.parquet as pq

        numbers, part = self.done, self.path.with_name(f".{uuid4().hex}.part")
        first = self._table(self._block(numbers[0]))
        group = max(1, _ROWS // max(1, len(first)))
        try:
            with pq.ParquetWriter(part, first.schema, use_dictionary=["outcome"]) as writer:
                for begin in range(0, len(numbers), group):
                    blocks = map(self._block, numbers[begin : begin + group])
                    writer.write_table(pa.concat_tables(map(self._table, blocks)))
            part.replace(self.path)
        finally:
            part.unlink(missing_ok=True)
        self.complete = True
        shutil.rmtree(self.folder)

    def discard_if_empty(self) -> None:
        """Leave nothing behind where nothing was done."""
        if self.path is not None and not self.complete and not self.done:
            shutil.rmtree(self.folder, ignore_errors=True)

    def table(self, columns: Sequence[str] = ()) -> "pa.Table":
        """Return some columns of all samples, in order; all of the whole file unless given."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self.complete and self.path is not None:
            return pq.read_table(self.path, columns=list(columns) or None)
        table = pa.concat_tables(self._table(self._block(number)) for number in self.done)
        return table.select(list(columns)) if columns else table

    def numbers(self, columns: Sequence[str]) -> Floats:
        """Return some columns of numbers, `[samples, columns]`; nan where a sample failed."""
        if self.complete and self.path is not None:
            table = self.table([*_ABOUT_WORLDS[:1], *columns])
            found = [np.asarray(table[name].to_numpy(), float) for name in columns]
            return np.stack(found, axis=1) if found else np.zeros((len(table), 0))
        places = [self.columns.index(name) for name in columns]
        files = map(self._block_file, self.done)
        return np.concatenate([np.load(file, mmap_mode="r")[:, places] for file in files])

    def tally(self) -> tuple[Counter[str], Counter[bool | None]]:
        """Count how samples ended, and whether the full trace agrees; None if not compared."""
        if self.complete and self.path is not None:
            table = self.table(_ABOUT_WORLDS)
            return Counter(table["outcome"].to_pylist()), Counter(table["agrees"].to_pylist())
        outcomes: Counter[str] = Counter()
        agrees: Counter[bool | None] = Counter()
        for block in map(self._block, self.done):
            outcomes.update(block.outcomes)
            agrees.update(block.agrees)
        return outcomes, agrees

    def _block_file(self, number: int) -> Path:
        return self.folder / f"{number:09d}.npy"

    def _block(self, number: int) -> Block:
        with self._block_file(number).open("rb") as file:
            values, outcomes, agrees = (np.load(file) for _ in range(3))
        return Block(
            number,
            values,
            tuple(outcomes.tolist()),
            tuple(None if each < 0 else bool(each) for each in agrees.tolist()),
        )

    def _table(self, block: Block) -> "pa.Table":
        import pyarrow as pa

        from middlegame.sweeps.plan import BLOCK

        first = block.number * BLOCK
        arrays = [
            pa.array(np.arange(first, first + len(block.values))),
            pa.array(block.outcomes),
            pa.array(block.agrees, pa.bool_()),
            *(pa.array(column, pa.float64(), from_pandas=True) for column in block.values.T),
        ]
        table = pa.Table.from_arrays(arrays, [*_ABOUT_WORLDS, *self.columns])
        return table.replace_schema_metadata({ABOUT: json.dumps(self.metadata).encode()})

    def _begin(self) -> None:
        self.folder.mkdir(exist_ok=True)
        write_whole(self.folder / "sweep.json", json.dumps(self.metadata).encode())

    def _resume(self) -> None:
        assert self.path is not None
        said = self.folder / "sweep.json"
        if said.exists():
            self._compare(json.loads(said.read_text("utf-8")))
        elif self.path.exists():
            self._compare(_about(self.path))
            self.complete = True
        elif not self.folder.exists():
            raise QueryError(f"there is no sweep to resume: neither {self.path} nor {self.folder}")

    def _compare(self, there: Mapping[str, Any]) -> None:
        differs = [
            f"{key} {there.get(key)} there and {self.metadata[key]} here"
            for key in ("title", "worlds", "seed", "method", "version")
            if there.get(key) != self.metadata[key]
        ]
        if not differs and there.get("digest") != self.metadata["digest"]:
            differs = ["the contest's numbers, or what is supposed, given or asked, are others"]
        if differs:
            raise QueryError(
                f"{self.path} is of another sweep, and cannot be resumed: {'; '.join(differs)}"
            )


def _about(file: Path) -> Mapping[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(file).metadata or {}
        found: dict[str, Any] = json.loads(metadata[ABOUT])
    except (pa.ArrowInvalid, KeyError, ValueError):
        raise QueryError(f"{file} is no sweep's file of worlds, and cannot be resumed") from None
    return found
