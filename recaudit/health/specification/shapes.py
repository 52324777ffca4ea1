"""What is looked at in each element of a type, made once from the model of fhir.resources and the facts."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from recaudit.health.definitions import facts_of
from recaudit.health.gate.annotations import unwrapped

_REFERENCES: Final = frozenset({"Reference", "CodeableReference"})


@dataclass(slots=True)
class Shape:
    """One type or backbone element: its members, and the choices among them."""

    members: dict[str, Member] = field(default_factory=dict)
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(stem, the names it may have): ("deceased", ("deceasedBoolean", "deceasedDateTime"))."""


@dataclass(slots=True)
class Member:
    """One element. With nothing set it is not looked at."""

    codes: frozenset[str] | None = None
    targets: frozenset[str] | None = None
    is_id: bool = False
    below: Shape | None = None  # a backbone element
    data_type: Any = None  # a model, whose shape is made when it is met: data types hold each other
    any_resource: bool = False


@cache
def shape_of(model: Any, release: str) -> Shape:  # noqa: ANN401  # fhir.resources is untyped
    """The shape of a resource type or data type, and of all that is defined inside it.

    A backbone element that stands in two places (Bundle.link, Bundle.entry.link) is known by its shortest path.
    """
    root = Shape()
    known, waiting = {model: root}, deque([(model, model.get_resource_type())])
    while waiting:
        each, path = waiting.popleft()
        shape = known[each]
        shape.choices = tuple(
            (stem, tuple(each.model_fields[name].alias or name for name in names))
            for stem, names in sorted(each.get_one_of_many_fields(each).items())
        )
        for name, info in each.model_fields.items():
            alias = info.alias or name
            kind, _ = unwrapped(info.annotation)
            place = f"{path}.{alias}"
            if not hasattr(kind, "get_model_klass"):
                member = Member(is_id=_is_id(kind))
                if codes := facts_of(release).codes.get(place):
                    member.codes = frozenset(codes)
                if member.is_id or member.codes:
                    shape.members[alias] = member
                continue
            below = kind.get_model_klass()
            if below.__name__ in ("Resource", "DomainResource"):
                shape.members[alias] = Member(any_resource=True)
            elif below.__module__ != each.__module__:  # a data type, which is the same wherever it stands
                member = Member(data_type=below)
                if below.__name__ in _REFERENCES and (targets := facts_of(release).targets.get(place)):
                    member.targets = frozenset(targets)
                shape.members[alias] = member
            else:
                if below not in known:
                    known[below] = Shape()
                    waiting.append((below, place))
                shape.members[alias] = Member(below=known[below])
    return root


def _is_id(kind: Any) -> bool:  # noqa: ANN401
    return any(type(tag).__name__ == "Id" for tag in getattr(kind, "__metadata__", ()))
