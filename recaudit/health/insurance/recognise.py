"""Is a file one of health insurance? Its first element says so."""

from __future__ import annotations

from recaudit.sources.files import Found
from recaudit.sources.insurance import is_meant_as_envelope
from recaudit.sources.lines import BROKEN, CannotOpenError, opened
from recaudit.sources.xml import XmlError, root_of


def is_insurance(found: Found) -> bool:
    """Does the file begin as one of this format, or nearly so? What cannot be opened or read does not.

    A misspelt first element is better said to be unread than not to be looked at.
    """
    try:
        with opened(found) as stream:
            return is_meant_as_envelope(root_of(stream).name)
    except (CannotOpenError, XmlError, *BROKEN):
        return False
