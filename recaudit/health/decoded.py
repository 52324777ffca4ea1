"""What stands in decoded JSON where a list is due: nothing where there is none."""

from __future__ import annotations

from recaudit.health.evaluate import Element, Resource


def listed(value: Element) -> list[Element]:
    """The items of a list; none of anything else.

    >>> listed([1, {}]), listed({"a": 1}), listed(None)
    ([1, {}], [], [])
    """
    return value if isinstance(value, list) else []


def objects(value: Element) -> list[Resource]:
    """The objects in a list; none where there is no list."""
    return [each for each in listed(value) if isinstance(each, dict)]
