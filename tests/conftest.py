"""What all tests share."""

import gc

import pytest
from hypothesis import settings

gc.set_threshold(50_000, 20, 20)  # audits make many objects and few rings; looking for rings took 5 % of the time

settings.register_profile("recaudit", deadline=None)  # no test depends on timing
settings.load_profile("recaudit")

SLOW = ("laws", "bad_input", "first_docs", "agreement", "education_laws", "education_traps", "education_read", "verify")
"""Files of half a minute and more. With two workers and a file as the smallest part, they have to begin first, or one
worker waits for the other at the end; xdist itself would begin with the files of most tests."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {f"test_{name}.py": at for at, name in enumerate(SLOW)}
    items.sort(key=lambda item: place.get(item.path.name, len(SLOW)))
