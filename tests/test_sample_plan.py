"""How large a sample has to be: what is asked, what is answered, and what no sample can do."""

from __future__ import annotations

from fractions import Fraction

import pytest

from recaudit import cli
from recaudit.errors import PlanError
from recaudit.reports import samples
from recaudit.reports.look import plain_console, rendered
from recaudit.samplesize import Question, answered, share_of

SURE = Fraction(19, 20)


def test_a_clean_sample_says_how_many_may_be_bad_and_not_that_none_is() -> None:
    answer = answered(Question(SURE, 102, detect=5))
    assert answer.drawn == 46
    assert tuple(map(str, answer.says)) == (
        "if none of the 46 is bad: at most 4 of 102 are, so at least 96.07 % are good, at 95 %",
    )
    assert tuple(map(str, answer.not_said)) == ("that all are good, unless all are looked at: 95 % is not certainty",)


def test_a_share_of_a_list_is_rounded_up_to_whole_records() -> None:
    assert answered(Question(SURE, 102, detect=Fraction(1, 20))).simple == 40  # 6 of 102 are at least 5 %


def test_clusters_cost_what_is_stated() -> None:
    answer = answered(Question(SURE, detect=Fraction(1, 20), clusters=10, design_effect=Fraction(2)))
    assert (answer.simple, answer.drawn, answer.per_cluster) == (59, 120, 12)
    assert "at least 95.12 % are good" in str(answer.says[0])  # 120 are worth 60


def test_more_than_the_list_is_all_of_it() -> None:
    answer = answered(Question(SURE, 30, detect=2, design_effect=Fraction(3)))
    assert answer.every
    assert answer.drawn == 30
    assert tuple(map(str, answer.says)) == (
        "if none of the 30 is bad: at most 0 of 30 are, so at least 100 % are good, at 95 %",
    )


def test_a_rule_of_lots_says_both_risks() -> None:
    answer = answered(Question(SURE, lots=(Fraction(4, 5), Fraction(1, 2))))
    assert tuple(map(str, answer.says[:2])) == (
        "accept where at least 19 of 28 are good, else reject",
        "a lot with 80 % good is rejected 3.91 % of the time, one with 50 % good is accepted 4.36 % of the time",
    )


@pytest.mark.parametrize(
    "question",
    [
        Question(SURE, 0, detect=Fraction(1, 20)),
        Question(SURE, 9, detect=10),
        Question(SURE, 0, within=Fraction(1, 20)),
        Question(SURE, 0, lots=(Fraction(4, 5), Fraction(1, 2))),
    ],
)
def test_what_no_sample_can_do_is_said(question: Question) -> None:
    with pytest.raises(PlanError, match="no sample can do that"):
        answered(question)


@pytest.mark.parametrize(
    "question", [Question(SURE, within=Fraction(1, 500)), Question(SURE, detect=Fraction(1, 10_000))]
)
def test_what_would_take_minutes_to_answer_is_refused(question: Question) -> None:
    with pytest.raises(PlanError, match="looking at all is nearer"):
        answered(question)


@pytest.mark.parametrize("text", ["", "5", "95 percent", "1.2", "100.1%", "-5%", "٩%"])
def test_what_is_no_share_is_none(text: str) -> None:
    assert share_of(text) is None


def test_the_page_fits_80_columns() -> None:
    answer = answered(Question(SURE, within=Fraction(1, 20), clusters=30, design_effect=Fraction(3, 2)))
    page = rendered(plain_console(80), samples.plan_page(answer))
    assert page.startswith("630 records of an unlimited number, at 95 %  to estimate the share within ± 5 %")
    assert "a simple random sample would need 402" in " ".join(page.split())
    assert max(map(len, page.splitlines())) <= 80


def test_pipes_get_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["sample", "plan", "--list", "102", "--detect", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "sample\t97\tlist=102\tconfidence=0.95\tsimple=97\tclusters=-\tper_cluster=-\tdesign_effect=1\taccept_from=-"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Ask one question"),
        (["--detect", "5%", "--within", "5%"], "Ask one question"),
        (["--detect", "5"], "Add --list N"),
        (["--detect", "0"], "how many bad ones"),
        (["--within", "5"], "write a share"),
        (["--lqas", "50%,80%"], "80%,50%"),
        (["--detect", "5%", "--clusters", "3"], "--design-effect"),
        (["--detect", "5%", "--design-effect", "0.5"], "1 or more"),
    ],
)
def test_a_question_that_is_none_is_refused(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["sample", "plan", *options]) == 2
    assert said in capsys.readouterr().err
