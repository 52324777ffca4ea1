"""What click itself says (headings of the help, what is wrong with an option), from our catalogues.

click asks gettext for its words, in whatever domain the program has named. Listed here are those that somebody who uses
recaudit can meet, so that the catalogues hold them.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from recaudit.reports.languages import CATALOGUES, DOMAIN
from recaudit.said import mark, say_n

WORDS: Final = (
    mark("Usage:"),
    mark("Options"),
    mark("Commands"),
    mark("Show this message and exit."),
    mark("required"),
    mark("default: {default}"),
    mark("Error: {message}"),
    mark("Try '{command} {option}' for help."),
    mark("Missing argument"),
    mark("Missing option"),
    mark("Missing parameter"),
    mark("Missing parameter: {param_name}"),
    mark("Missing command."),
    mark("Choose from:\n\t{choices}"),
    mark("No such command {name!r}."),
    mark("No such option {name!r}."),
    mark("Option {name!r} does not take a value."),
    mark("Invalid value: {message}"),
    mark("Invalid value for {param_hint}: {message}"),
    mark("{value!r} is not a valid {number_type}."),
    mark("{value} is not in the range {range}."),
    mark("integer"),
    mark("integer range"),
    mark("float"),
    mark("float range"),
    mark("{name} {filename!r} is not executable."),
    mark("Could not open file {filename!r}: {message}"),
    mark("unknown error"),
    mark("Argument {name!r} takes {nargs} values."),
    mark("Couldn't detect Bash version, shell completion is not supported."),
    mark("Shell completion is not supported for Bash versions older than 4.4."),
    mark("file"),
    mark("directory"),
    mark("path"),
    mark("{name} {filename!r} does not exist."),
    mark("{name} {filename!r} is a file."),
    mark("{name} {filename!r} is a directory."),
    mark("{name} {filename!r} is not readable."),
    mark("{name} {filename!r} is not writable."),
    say_n("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", n=1),
    say_n("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", n=1),
    say_n("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", n=1),
    say_n("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", n=1),
)


@contextmanager
def spoken_by_click(language: str) -> Iterator[None]:
    """While it lasts, click speaks the language; one without a catalogue is English."""
    domain, named, before = gettext.textdomain(), "LANGUAGE", os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)
    os.environ[named] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            del os.environ[named]
        else:
            os.environ[named] = before
