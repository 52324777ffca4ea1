"""What all tests share."""

from __future__ import annotations

import gc
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from recaudit.audit import Outcome

gc.set_threshold(50_000, 20, 20)  # audits make many objects and few rings; looking for rings took 5 % of the time

settings.register_profile("recaudit", deadline=None)  # no test depends on timing
settings.load_profile("recaudit")

SLOW = (
    *("probes", "laws", "first_docs", "small_worlds", "bad_input", "education_laws", "education_traps"),
    *("education_read", "agreement", "verify", "verify_both"),
)
"""Files of 25 seconds and more. With two workers and a file as the smallest part, they have to begin first, or one
worker waits for the other at the end; xdist itself would begin with the files of most tests."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {f"test_{name}.py": at for at, name in enumerate(SLOW)}
    items.sort(key=lambda item: place.get(item.path.name, len(SLOW)))


@pytest.fixture(scope="session")
def audited_sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """The audit of sample_data and where its records are kept. It takes ten seconds: whoever wants it first makes it,
    others read it; of two workers that begin at once both make it, and one keeps his. The outcome is shared by the
    modules of a worker: who changes it takes a copy."""
    here = tmp_path_factory.getbasetemp()
    room = (here.parent if "PYTEST_XDIST_WORKER" in os.environ else here) / "audited_sample"
    if not room.exists():
        from recaudit import audit

        made = tmp_path_factory.mktemp("sample")
        outcome = audit.check(Path(__file__).parents[1] / "sample_data", workers=1, keep=made / "kept")
        (made / "outcome").write_bytes(pickle.dumps(outcome))
        try:
            made.rename(room)
        except OSError:
            if not room.exists():
                raise
            # else another worker was quicker
    return pickle.loads((room / "outcome").read_bytes()), room / "kept"
