"""recaudit tells whether "100 % of records are complete" is true, facility by facility.

    import recaudit

    result = recaudit.check("audits/2026-q1")
    result["claims"][0]["verdict"]

``check`` is the whole of it: what it returns is written down in ``recaudit.result`` and ``result.schema.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # nothing is imported before something is judged
    from pathlib import Path

    from recaudit.plan import Plan
    from recaudit.result import Result

__all__ = ["__version__", "check"]
__version__ = "0.1.0"


def check(plan: str | Path | Plan, *, facility: str = "", workers: int = 0, gate: str = "on") -> Result:
    """Judge the exports that a plan names: what ``recaudit check`` does, without a page and without a file.

    ``plan`` is a recaudit.toml, a folder that holds one, or a ``recaudit.plan.Plan``; any other file or folder is
    judged as an export without a plan. ``facility``: every row is of this facility, whatever it says itself.
    ``workers``: processes that read, 0 for one a core (then a script needs ``if __name__ == "__main__":``).
    ``gate``: "on", "off", "verify" or "verify:1/N", whether the library judges all FHIR itself, or what the gate
    accepted too; the result is the same, and "verify" raises where it would not be.

    Records that are wrong, and files that cannot be read, are counts in the result. Raises
    ``recaudit.errors.RecauditError`` when plan, register, suites or sources cannot be used.
    """
    from pathlib import Path

    from recaudit import audit, exports
    from recaudit.plan import Plan

    if not isinstance(plan, Plan) and not exports.is_plan(Path(plan)):
        found = exports.recognised([Path(plan)])
        return audit.check(found.plan, facility=facility, workers=workers, ignored=found.ignored, gate=gate).result
    of = plan if isinstance(plan, Plan) else Path(plan)
    return audit.check(of, facility=facility, workers=workers, gate=gate).result
