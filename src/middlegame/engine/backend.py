"""JAX, configured for float64 and a compilation cache that is kept between runs.

Every module imports JAX from here, so that it is configured before its first use and imported no
earlier: work that compiles nothing does not wait for the import.
"""

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

if TYPE_CHECKING:
    import jax
    import jax.numpy as jnp
    from jax import export
    from jax.experimental import xla_metadata
else:

    class _Module:
        """A module of JAX that is imported when an attribute is first read."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, name: str) -> Any:
            _configure()
            attribute = getattr(import_module(self._name), name)
            setattr(self, name, attribute)
            return attribute

    jax, jnp = _Module("jax"), _Module("jax.numpy")
    export = _Module("jax.export")
    xla_metadata = _Module("jax.experimental.xla_metadata")


def _configure() -> None:
    config = import_module("jax").config
    config.update("jax_enable_x64", True)
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        cache = Path(platformdirs.user_cache_dir("middlegame")) / "compiled"
        config.update("jax_compilation_cache_dir", str(cache))
        config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
        config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def cache_folder() -> Path | None:
    """Return the folder in which compiled code is kept; None where it is not to be kept."""
    config: Any = jax.config
    folder = config.jax_compilation_cache_dir if config.jax_enable_compilation_cache else None
    return Path(folder) if folder else None


FAST_COMPILE = {"xla_backend_optimization_level": 0}
"""Compiler options for functions that run only a few times, where compiling is the larger cost."""

__all__ = ["FAST_COMPILE", "cache_folder", "export", "jax", "jnp", "xla_metadata"]
