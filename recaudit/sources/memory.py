"""Less memory in processes that are recaudit's own: commands and workers. Nobody's who imports recaudit."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from typing import Final

_ALLOCATORS: Final = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:100,muzzy_decay_ms:0",
}
"""What pyarrow and polars read when they are loaded: else the first keeps what was freed for itself, and the second
hands it back only where the whole machine is short of memory. What is asked for again within a tenth of a second, as
between two batches, need not be cleared anew."""

_ONE_OF_SEVERAL: Final = {"POLARS_MAX_THREADS": "1"}
"""What a worker beside others reads too: there is a process for each core already."""


class _NoPandas:
    """An importer that finds everything as it is, and pandas nowhere."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def sparing(*, beside_others: bool = False) -> None:
    """Libraries that are loaded from now on, here and in child processes, keep little of what was freed.
    ``beside_others``: they start no threads either. A variable that is set already stays."""
    for name, value in (_ALLOCATORS | (_ONE_OF_SEVERAL if beside_others else {})).items():
        os.environ.setdefault(name, value)


def without_pandas() -> None:
    """Load pyarrow so that it never looks for pandas. Else it imports pandas, wherever that is installed, with the
    first array that it makes of Python's values: 0.4 s and 35 MiB for a test of types that no value of ours passes.

    pandas itself can be imported as before, but Arrow's own ``to_pandas`` cannot be used in this process any more.
    Where pyarrow is loaded already, it does nothing.
    """
    if "pyarrow" in sys.modules or "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _NoPandas)
    try:
        import pyarrow as pa

        pa.array([""])  # the first one: pyarrow looks once
    finally:
        sys.meta_path.remove(_NoPandas)


def hand_back() -> None:
    """What was freed goes back to the system, where its C library can do that: what comes next needs it elsewhere."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # no glibc
        ctypes.CDLL(None).malloc_trim(0)
