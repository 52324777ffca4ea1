"""What a field of a model of fhir.resources is annotated with."""

from __future__ import annotations

import types
import typing
from typing import Any


def unwrapped(annotation: Any) -> tuple[Any, int]:  # noqa: ANN401  # any annotation of Python
    """What one value is annotated with, and how many lists it stands in: ``Optional`` and ``List`` taken off.

    A union of two kinds is none that FHIR has: it stays as it is.

    >>> unwrapped(typing.Optional[typing.List[typing.Optional[int]]])
    (<class 'int'>, 1)
    """
    lists = 0
    while (origin := typing.get_origin(annotation)) in (typing.Union, types.UnionType, list):
        kinds = [each for each in typing.get_args(annotation) if each is not type(None)]
        if len(kinds) != 1:
            break
        lists += origin is list
        annotation = kinds[0]
    return annotation, lists
