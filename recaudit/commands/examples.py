"""Examples at the end of every page of help: command lines that work as they stand. A test reads each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "recaudit": ("recaudit check sample_data", "recaudit show facility 66001", "recaudit --lang vi show"),
    "recaudit check": (
        "recaudit check province",
        "recaudit check exports/Encounter.ndjson exports/Condition.ndjson",
        "recaudit check province -f html:report.html -f junit:junit.xml",
        "recaudit check province --fail-under complete=95% --fail-under-per facility",
        "recaudit check province --keep kept --hide-below 5",
    ),
    "recaudit init": ("recaudit init exports --timezone Asia/Ho_Chi_Minh",),
    "recaudit show": (
        "recaudit show",
        "recaudit show facility 66001",
        "recaudit show claim emr-100 --result kept --show-keys",
        "recaudit show rule health/received | grep unmet",
    ),
    "recaudit report": (
        "recaudit report -f html:report.html -f xlsx:report.xlsx --lang vi",
        "recaudit report -f html:trend.html --older march.json --older april.json",
        "recaudit report --facility 66001 -f html:66001.html",
        "recaudit report --per-facility facilities",
    ),
    "recaudit rows": (
        "recaudit check province --keep kept",
        "recaudit rows --facility 66001 --result kept",
        "recaudit rows --facility 66001 --rule enc-type --result kept --show-keys -o 66001.csv",
    ),
    "recaudit verify": ("recaudit verify", "recaudit verify hand-over.zip --inputs province"),
    "recaudit compare": ("recaudit compare march.json april.json",),
    "recaudit register lint": ("recaudit register lint province",),
    "recaudit rules list": ("recaudit rules list health/vn", "recaudit rules list | cut -f2"),
    "recaudit rules show": ("recaudit rules show enc-class",),
    "recaudit rules test": ("recaudit rules test", "recaudit rules test suites/own.json"),
    "recaudit rules new": ("recaudit rules new profile.json -o suites/own.json",),
    "recaudit sample plan": (
        "recaudit sample plan --list 1803 --within 5%",
        "recaudit sample plan --list 400 --detect 5% --confidence 95%",
        "recaudit sample plan --lqas 80%,50%",
    ),
    "recaudit sample draw": (
        "recaudit sample draw province --sector health --size 60 --by area --seed 2026-10 --out sheets",
    ),
    "recaudit synth": ("recaudit synth province --facilities 30 --records 50 --seed 7",),
    "recaudit completion": (
        "recaudit completion bash >> ~/.bashrc",
        "recaudit completion zsh >> ~/.zshrc",
        "recaudit completion fish > ~/.config/fish/completions/recaudit.fish",
    ),
}
"""Command -> lines for a shell."""
