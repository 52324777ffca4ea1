"""What all tests share."""

import pytest
from hypothesis import settings

settings.register_profile("recaudit", deadline=None)  # no test depends on timing
settings.load_profile("recaudit")

SHARED = frozenset(
    f"tests.test_{name}"
    for name in (
        *("bundle", "dialect", "education_laws", "education_traps", "evidence", "export_only", "gates", "laws"),
        *("safeguards", "synth", "verify", "verify_both"),
    )
)
"""Modules whose tests share audits, provinces or worlds: all on one worker, else each worker makes them again."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marked as soon as it is found: xdist writes the groups into the ids before other hooks see the whole list."""
    if isinstance(item, pytest.Function) and item.module.__name__ in SHARED:
        item.add_marker(pytest.mark.xdist_group(item.module.__name__.removeprefix("tests.")))
