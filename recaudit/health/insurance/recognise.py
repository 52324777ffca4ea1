"""Is a file one of health insurance? Its first element says so."""

from __future__ import annotations

from recaudit.sources.files import Found
from recaudit.sources.insurance import is_envelope
from recaudit.sources.lines import BROKEN, CannotOpenError, opened
from recaudit.sources.xml import XmlError, root_of


def is_insurance(found: Found) -> bool:
    """Does the file begin as one of this format? What cannot be opened or read does not."""
    try:
        with opened(found) as stream:
            return is_envelope(root_of(stream).name)
    except (CannotOpenError, XmlError, *BROKEN):
        return False
