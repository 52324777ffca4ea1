"""How the names of files end that may hold FHIR, in the order in which they are tried."""

from __future__ import annotations

from typing import Final

_KINDS: Final = (".ndjson", ".jsonl", ".json", ".xml")
ENDINGS: Final = (*(f"{kind}{packed}" for packed in (".gz", ".zst") for kind in _KINDS), *_KINDS)
