"""Functions that are traced once for all runs: a later run finds them in the cache's folder.

JAX keeps what XLA compiles, but finds it only after a function is traced and lowered, which for a
large diagram takes longer than to solve thousands of samples. Here what was lowered is kept too,
found by what the function depends on.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from middlegame.base.files import write_whole
from middlegame.base.version import __version__
from middlegame.engine.backend import cache_folder, export, jax


class CompiledFunction:
    """A pure function of arrays, compiled at its first call for each shape of its arguments.

    Threads that call it at once wait for one of them to compile it.
    """

    def __init__(self, function: Callable[..., Any], *depends_on: object) -> None:
        """Say what is to be compiled.

        Args:
            function: of nests of arrays, to dictionaries and tuples of arrays.
            depends_on: its name, and all that its results depend on besides its arguments; told
                apart by `repr`.
        """
        self._function, self._depends_on = function, depends_on
        self._ready: dict[object, Callable[..., Any]] = {}
        self._lock = Lock()

    def __call__(self, *arguments: Any) -> Any:
        """Call the function."""
        leaves, tree = jax.tree.flatten(arguments)
        signature = tree, tuple((leaf.shape, leaf.dtype) for leaf in leaves)
        ready = self._ready.get(signature)
        if ready is None:
            with self._lock:
                ready = self._ready.get(signature) or self._compile(leaves, tree, repr(signature))
                self._ready[signature] = ready
        return ready(*leaves)

    def _compile(self, leaves: list[Any], tree: Any, signature: str) -> Callable[..., Any]:
        """Return the function of an argument's leaves, compiled."""
        folder, found = cache_folder(), None
        key = repr((*self._depends_on, signature, _program()))
        path = folder / f"{hashlib.sha256(key.encode()).hexdigest()}.lowered" if folder else None
        if path is not None and path.exists():
            # Whatever is amiss with the file, the function can be traced again.
            with suppress(Exception):
                found = export.deserialize(bytearray(path.read_bytes()))
        if found is None:

            def of_leaves(*leaves: Any) -> Any:
                return self._function(*jax.tree.unflatten(tree, leaves))

            found = export.export(jax.jit(of_leaves))(*leaves)
            if path is not None:
                with suppress(OSError):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write_whole(path, bytes(found.serialize()))
        compiled: Callable[..., Any] = jax.jit(found.call).lower(*leaves).compile()
        return compiled


@lru_cache(maxsize=1)
def _program() -> tuple[str, ...]:
    """Return what traces, and for what: the versions, down to an edited file, and the platform."""
    sources = Path(__file__).parents[1].rglob("*.py")
    edited = sorted((str(path), path.stat().st_mtime_ns) for path in sources)
    digest = hashlib.sha256(repr(edited).encode()).hexdigest()
    return jax.__version__, jax.default_backend(), __version__, digest
