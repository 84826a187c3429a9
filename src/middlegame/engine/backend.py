"""JAX as middlegame uses it: float64 throughout, compiled code kept between runs.

Every module that needs JAX takes it from here, so that it is configured before its first use, and
imported only then: what needs nothing compiled does not wait for it.
"""

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

if TYPE_CHECKING:
    import jax
    import jax.numpy as jnp
    from jax.experimental import xla_metadata
else:

    class _Module:
        """A module of JAX, imported at its first use."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, name: str) -> Any:
            _configure()
            found = getattr(import_module(self._name), name)
            setattr(self, name, found)
            return found

    jax, jnp = _Module("jax"), _Module("jax.numpy")
    xla_metadata = _Module("jax.experimental.xla_metadata")


def _configure() -> None:
    config = import_module("jax").config
    config.update("jax_enable_x64", True)
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        cache = Path(platformdirs.user_cache_dir("middlegame")) / "compiled"
        config.update("jax_compilation_cache_dir", str(cache))
        config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
        config.update("jax_persistent_cache_min_entry_size_bytes", -1)


FAST_COMPILE = {"xla_backend_optimization_level": 0}
"""Compiler options for what runs a few times only: compiling takes longer than running."""

__all__ = ["FAST_COMPILE", "jax", "jnp", "xla_metadata"]
