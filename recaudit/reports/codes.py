"""The words of the result that people read too: rungs, verdicts, states, sectors. There they are codes."""

from __future__ import annotations

from typing import Final

from recaudit.said import Said, mark, say

WORDS: Final = {
    "received": mark("received"),
    "conformant": mark("conformant"),
    "complete": mark("complete"),
    "consistent": mark("consistent"),
    "attested": mark("attested"),
    "timely": mark("timely"),
    "confirmed": mark("confirmed"),
    "refuted": mark("refuted"),
    "unverifiable": mark("unverifiable"),
    "confirmed by count": mark("confirmed by count"),
    "supported by count": mark("supported by count"),
    "supported by sample": mark("supported by sample"),
    "ok": mark("submitted"),
    "partial": mark("submitted in part"),
    "silent": mark("silent"),
    "expected": mark("expected"),
    "roster": mark("roster"),
    "count": mark("count"),
    "none": mark("none"),
    "all": mark("all"),
    "subset": mark("a part"),
    "records": mark("records"),
    "facilities": mark("facilities"),
    "areas": mark("areas"),
    "kinds": mark("kinds"),
    "vendors": mark("vendors"),
    "sector": mark("sector"),
    "area": mark("area"),
    "facility": mark("facility"),
    "required": mark("required"),
    "advisory": mark("advisory"),
    "health": mark("health"),
    "education": mark("education"),
    "yes": mark("yes"),
    "no": mark("no"),
    "met": mark("met"),
    "missed": mark("missed"),
    "hidden": mark("not shown"),
    "plan": mark("plan"),
    "command": mark("command"),
    # provenance, and what inputs are
    "recaudit": "recaudit",
    "plan_sha256": mark("SHA-256 of the plan"),
    "as_of": mark("as of"),
    "period": mark("period"),
    "timezone": mark("time zone"),
    "register": mark("register"),
    "register_date": mark("date of the register"),
    "suite": mark("suite"),
    "digest": mark("digest of the result"),
    "exit_code": mark("exit code"),
    "why": mark("why"),
    "export": mark("export"),
    "ignored": mark("not read"),
    "recount": mark("recount"),
    "claims": mark("claims of insurance"),
}


def code_words(code: str) -> Said | str:
    """The sentence for a code; a code that nobody has words for as it is."""
    return say(WORDS[code]) if code in WORDS else code
