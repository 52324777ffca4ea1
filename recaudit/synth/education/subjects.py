"""Which results are due in which grade: programmes of Viet Nam, and one of nobody's country."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from recaudit.synth.register import table
from recaudit.synth.spec import Spec

Assessment = Literal["score", "level", "pass_fail", "comment"]


class Subject(NamedTuple):
    """One row of a subject plan. ``score_due`` are the periods of ``due`` in which a score is asked for."""

    grade: str
    code: str
    requirement: Literal["compulsory", "elective", "optional"]
    assessment: Assessment
    due: tuple[str, ...]
    score_due: tuple[str, ...]
    group: str = ""
    choose: int = 0
    per_year: int = 35


Plan = dict[str, tuple[Subject, ...]]
"""Grade -> its subjects."""

_SCORED = {"TOAN": 140, "NV": 140, "NN1": 105, "GDCD": 35, "LSDL": 105, "KHTN": 140, "CN": 35, "TIN": 35}
_PASSED = {"GDTC": 70, "NT": 70, "NDGDDP": 35, "HDTNHN": 105}
_TERMS = ("HK1", "HK2", "Y")
CHOSEN = ("DL", "VL", "HH", "SH", "TIN")
UPPER: Final = "vn-upper"
"""The pack that is no suite: the province has a grade of upper secondary school too."""
MARKED: Final = "patterns"
"""The pack that looks at marks: there are some of every term then, in any flavour."""


def plan_of(spec: Spec) -> Plan:
    """What is due in the schools of a spec: of its flavour, with what its packs look at."""
    if spec.flavour == "vn":
        return vietnamese() | (upper() if UPPER in spec.packs else {})
    return marked(generic()) if MARKED in spec.packs else generic()


def vietnamese() -> Plan:
    """Grades 6 to 9 of the 2018 programme."""

    def grade(name: str) -> tuple[Subject, ...]:
        scored = [Subject(name, code, "compulsory", "score", _TERMS, _TERMS, per_year=n) for code, n in _SCORED.items()]
        passed = [Subject(name, code, "compulsory", "pass_fail", _TERMS, (), per_year=n) for code, n in _PASSED.items()]
        second = Subject(name, "NN2", "optional", "score", _TERMS, _TERMS, per_year=105)
        return (*scored, *passed, second)

    return {name: grade(name) for name in ("6", "7", "8", "9")}


def upper() -> Plan:
    """Grade 10: four electives of five, and a subject that is put into words only."""
    name = "10"
    scored = [Subject(name, code, "compulsory", "score", _TERMS, _TERMS) for code in ("NV", "TOAN", "NN1", "LS")]
    chosen = [Subject(name, code, "elective", "score", _TERMS, _TERMS, "TC", 4) for code in CHOSEN]
    passed = [Subject(name, code, "compulsory", "pass_fail", _TERMS, ()) for code in ("GDTC", "GDDP")]
    return {name: (*scored, *chosen, *passed, Subject(name, "TNHN", "compulsory", "comment", ("Y",), ()))}


def generic() -> Plan:
    """Grades 1 to 3 with levels and comments; a test in mathematics at the end of the year; two of three electives."""
    terms = ("T1", "T2", "Y")

    def grade(name: str) -> tuple[Subject, ...]:
        electives = [
            Subject(name, code, "elective", "comment", ("Y",), (), "ARTS", 2) for code in ("MUS", "DRA", "GAR")
        ]
        return (
            Subject(name, "LANG", "compulsory", "level", terms, (), per_year=280),
            Subject(name, "MATH", "compulsory", "score", terms, ("Y",), per_year=175),
            Subject(name, "SCI", "compulsory", "comment", terms, (), per_year=70),
            Subject(name, "PE", "compulsory", "pass_fail", ("T2", "Y"), (), per_year=70),
            *electives,
            Subject(name, "L2", "optional", "level", ("Y",), ()),
        )

    return {name: grade(name) for name in ("1", "2", "3")}


def marked(plan: Plan) -> Plan:
    """The same grades, with marks of each term in mathematics and in five subjects more."""

    def grade(name: str, subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
        terms = ("T1", "T2", "Y")
        more = (
            Subject(name, code, "compulsory", "score", terms, terms) for code in ("ART", "CIV", "GEO", "HIS", "ICT")
        )
        return (*(one._replace(score_due=one.due) if one.code == "MATH" else one for one in subjects), *more)

    return {name: grade(name, subjects) for name, subjects in plan.items()}


def as_csv(plan: Plan) -> str:
    """``register/subject_plan.csv``. A score due in every period in which a result is due needs no words."""

    def row(subject: Subject) -> tuple[object, ...]:
        usual = subject.due if subject.assessment == "score" else ()
        score_due = "" if subject.score_due == usual else ";".join(subject.score_due)
        due = "" if subject.due == _TERMS else " ".join(subject.due)
        choose = subject.choose or ""
        chosen = (subject.requirement, subject.group, choose, subject.assessment)
        return (subject.grade, subject.code, *chosen, subject.per_year, score_due, due)

    header = "gradeLevel,subjectCode,requirement,electiveGroup,chooseN,assessmentType,periodsPerYear,scoreDuePeriods"
    return table(f"{header},duePeriods", (row(subject) for subjects in plan.values() for subject in subjects))
