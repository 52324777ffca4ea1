"""How Arrow is loaded in processes that are recaudit's own."""

from __future__ import annotations

import sys


class _NoPandas:
    """An importer that finds everything as it is, and pandas nowhere."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def without_pandas() -> None:
    """Load pyarrow so that it never looks for pandas. Else it imports pandas, wherever that is installed, with the
    first array that it makes of Python's values: 0.4 s and 35 MiB for a test of types that no value of ours passes.

    pandas itself can be imported as before, but Arrow's own ``to_pandas`` cannot be used in this process any more. So
    this is for commands and workers, never for whoever imports recaudit; where pyarrow is loaded already, it does
    nothing.
    """
    if "pyarrow" in sys.modules or "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _NoPandas)
    try:
        import pyarrow as pa

        pa.array([""])  # the first one: pyarrow looks once
    finally:
        sys.meta_path.remove(_NoPandas)
