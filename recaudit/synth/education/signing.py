"""In which state cards and approvals are under the rules of signing. Written from what these rules mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from recaudit.model import State
from recaudit.synth.cells import NULL, UNKNOWN, Cell, moment
from recaudit.synth.questions import agree, not_before, pair, present, value_of
from recaudit.synth.sector import Received, States
from recaudit.synth.spec import AS_OF, last_instant
from recaudit.synth.world import Row

APPROVALS, RESULTS = "rc_approvals", "rc_subject_results"
SUBJECT, HOMEROOM, PRINCIPAL, SEAL = STEPS = ("subject_teacher", "homeroom", "principal", "institution_seal")
ENTITLED = ("Hiệu trưởng", "Phó hiệu trưởng", "principal")
ISSUERS = ("VGCA", "VNPT-CA", "Viettel-CA")


# ------------------------------------------------------------------------------------------------ what several share
def when(cell: Cell, words: Iterable[str], state: Callable[[], State]) -> State:
    """A condition: the cell says one of the words. Where it says nothing nobody knows."""
    if not cell.filled:
        return "not_assessable"
    return state() if cell.text in words else "not_applicable"


def rows_of(record: Received, table: str) -> list[Row]:
    """Rows with an id, of one table where the record lies."""
    space = record.key[0]
    return [row for (ns, of, _), rows in record.by_id.items() if (ns, of) == (space, table) for row in rows]


def teachers(record: Received, of_class: Cell) -> list[str]:
    """Ids of the primary teachers of a class."""
    return [
        row["userSourcedId"].text
        for row in rows_of(record, "staff_enrollments")
        if row["classSourcedId"].text == of_class.text
        and row["role"].text == "teacher"
        and row["primary"].text == "true"
    ]


def one(record: Received, table: str, name: str) -> Row | None:
    return next(iter(record.by_id.get((record.key[0], table, name), ())), None)


def last(cells: Iterable[Cell]) -> Cell:
    """The last of some dates; absent where there is none."""
    spans = [(cell.first, cell.last) for cell in cells if cell.first is not None and cell.last is not None]
    if not spans:
        return NULL
    return Cell("value", "the last", first=max(first for first, _ in spans), last=max(end for _, end in spans))


# ------------------------------------------------------------------------------------------------ the card
def card(row: Row, record: Received) -> States:
    approvals = record.on[row][APPROVALS]
    known = record.seen[APPROVALS].whole and row["reportCardId"].filled

    def signed(step: str) -> Cell:
        of_step = [one for one in approvals if one["step"].filled and one["step"].text == step]
        mute = any(not one["step"].filled for one in approvals) or any(not one["signedAt"].filled for one in of_step)
        return UNKNOWN if mute or not known else last(one["signedAt"] for one in of_step)

    at = {step: signed(step) for step in STEPS}
    return {
        "apr-01-subjects": _subjects(row, record),
        "apr-05-homeroom": not_before(at[HOMEROOM], at[SUBJECT]),
        "apr-05-principal": not_before(at[PRINCIPAL], at[HOMEROOM]),
        "apr-05-seal": not_before(at[SEAL], at[PRINCIPAL]),
        "apr-05-recalled": value_of(row["stage"], row["stage"].text != "recalled"),
        "apr-08-apart": _apart(approvals, known),
    }


def _subjects(row: Row, record: Received) -> State:
    results, approvals = record.on[row][RESULTS], record.on[row][APPROVALS]
    if not row["reportCardId"].filled:
        return "not_assessable"
    due = {one["subjectCode"].text for one in results if one["subjectCode"].filled}
    blind = any(not one["subjectCode"].filled for one in results)
    of_teachers = [one for one in approvals if one["step"].text == SUBJECT]
    signed = {one.cells.get("subjectCode", NULL) for one in of_teachers}
    mute = any(not one["step"].filled for one in approvals) or any(not cell.filled for cell in signed)
    lacking = due - {cell.text for cell in signed if cell.filled}
    if lacking:
        return "unmet" if record.seen[APPROVALS].whole and not mute else "not_assessable"
    if blind or not record.seen[RESULTS].whole:
        return "not_assessable"
    return "met" if due else "not_applicable"


def _apart(approvals: list[Row], known: bool) -> State:
    def signers(*steps: str) -> list[Cell]:
        return [one["signerSourcedId"] for one in approvals if one["step"].filled and one["step"].text in steps]

    principals, others = signers(PRINCIPAL), signers(SUBJECT, HOMEROOM)
    if {cell.text for cell in principals if cell.filled} & {cell.text for cell in others if cell.filled}:
        return "unmet"
    mute = any(not one["step"].filled for one in approvals) or any(not cell.filled for cell in principals + others)
    if mute or not known:
        return "not_assessable"
    return "met" if principals and others else "not_applicable"


# ------------------------------------------------------------------------------------------------ one approval
def approval(row: Row, record: Received) -> States:
    card = record.holder(row)
    step, checked, signed = row["step"], row["verification"], row["signedAt"]
    found: State = "met" if checked.filled and checked.text in ("valid", "invalid") else "unmet"
    return {
        "apr-02-signer": present(row["signerName"]),
        "apr-02-homeroom-teacher": when(step, (HOMEROOM,), lambda: _homeroom(row, card, record)),
        "apr-06-document": when(step, STEPS, lambda: _document(row, card)),
        "apr-07-not-invalid": "not_applicable"
        if checked.filled and checked.text == "not_checked"
        else value_of(checked, checked.text != "invalid"),
        "apr-07-checked": "not_assessable" if checked.state == "unknown" else found,
        "apr-07-as-of": not_before(moment(last_instant(AS_OF)), signed),
        "dat-08-last-entry": when(step, STEPS[1:], lambda: not_before(signed, _entered(card, record))),
        "dat-08-term-end": when(step, STEPS[1:], lambda: not_before(signed, _term_end(card, record))),
    }


def vietnamese_approval(row: Row, record: Received) -> States:
    role, issuer = row["signerRole"], row.cells.get("certIssuer", NULL)
    return {
        "apr-03-entitled": when(row["step"], (PRINCIPAL,), lambda: value_of(role, role.text in ENTITLED)),
        "apr-07-issuer": value_of(issuer, issuer.text in ISSUERS),
    }


def _homeroom(row: Row, card: Row, record: Received) -> State:
    of_class, signer = card["classSourcedId"], row["signerSourcedId"]
    if not of_class.filled:
        return "not_assessable"
    those = teachers(record, of_class)
    if signer.filled and signer.text in those:
        return "met"
    if not all(record.seen["enrollments"]):
        return "not_assessable"
    if not those:
        return "not_applicable"
    return "unmet" if signer.filled else "not_assessable"


def _document(row: Row, card: Row) -> State:
    hashes = [row.cells.get("signedSha256", NULL), card.cells.get("documentSha256", NULL)]
    if any(cell.state in ("unknown", "unparseable") for cell in hashes):
        return "not_assessable"
    return pair(*hashes, holds=lambda: agree(hashes[0].text.strip().lower() == hashes[1].text.strip().lower()))


def _entered(card: Row, record: Received) -> Cell:
    entered = [one["enteredAt"] for one in record.on[card][RESULTS]]
    mute = any(cell.state in ("unknown", "unparseable") for cell in entered)
    return UNKNOWN if mute or not record.seen[RESULTS].whole else last(entered)


def _term_end(card: Row, record: Received) -> Cell:
    """When the last day of the last term of the class begins."""
    of_class = one(record, "classes", card["classSourcedId"].text) if card["classSourcedId"].filled else None
    if of_class is None or not of_class["termSourcedIds"].filled:
        return UNKNOWN
    ends: list[Cell] = []
    for term in of_class["termSourcedIds"].text.split(","):
        session = one(record, "academicSessions", term.strip())
        if session is None or not session["endDate"].filled:
            return UNKNOWN
        ends.append(session["endDate"])
    first = last(ends).first
    assert first is not None
    return moment(first)
