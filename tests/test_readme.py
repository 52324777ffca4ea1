"""What README.md says is so; tests/test_sample.py: what it shows is what the tool prints."""

from __future__ import annotations

import json
import re
from pathlib import Path

from recaudit import plan, suites

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_plan_of_the_readme_is_a_plan(tmp_path: Path) -> None:
    [text] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "register").mkdir()
    for name in ("facilities", "areas", "expected", "rosters"):
        (tmp_path / "register" / f"{name}.csv").touch()
    lines = [line.removeprefix("   ") for line in text.splitlines()]
    (tmp_path / "recaudit.toml").write_text("\n".join(lines), encoding="utf-8")
    assert plan.load(tmp_path).claims[0].id == "emr-100"


def test_every_file_that_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_numbers_of_rules_are_those_of_the_suites() -> None:
    said = README.partition("## The rules")[2]
    numbers = [sum(map(_rules, names)) for names in (suites.every("health"), suites.shipped("health"))]
    education = suites.every("education")
    numbers += [sum(map(_rules, education)), sum(map(_rules, suites.shipped("education")))]
    numbers.append(sum(_rules(name) for name in education if name.split("/")[1].startswith("vn")))
    health, core, schools, core_of_schools, country = numbers
    assert f"{health} rules for health: {core} in the core" in said
    assert f"{schools} rules for education: {core_of_schools} in the core, {country} for Viet Nam alone" in said


def _rules(suite: str) -> int:
    return len(json.loads(suites.find(suite, ROOT).read_text(encoding="utf-8"))["expectations"])
