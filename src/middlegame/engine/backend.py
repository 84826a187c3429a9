"""JAX as middlegame uses it: float64 throughout, compiled code kept between runs.

Every module that needs JAX takes it from here, so that it is configured before its first use.
"""

import os
from pathlib import Path

import jax
import jax.numpy as jnp
import platformdirs

jax.config.update("jax_enable_x64", True)
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    _cache = Path(platformdirs.user_cache_dir("middlegame")) / "compiled"
    jax.config.update("jax_compilation_cache_dir", str(_cache))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

QUICK = {"xla_backend_optimization_level": 0}
"""Compiler options for what runs a few times only: compiling takes longer than running."""

__all__ = ["QUICK", "jax", "jnp"]
