"""The register: which facilities and areas there are, on which days, and what each facility should have."""

from recaudit.register.areas import AREAS
from recaudit.register.expected import EXPECTED, ROSTER, ROSTERS
from recaudit.register.facilities import FACILITIES
from recaudit.register.reading import Register, load

__all__ = ["AREAS", "EXPECTED", "FACILITIES", "ROSTER", "ROSTERS", "Register", "load"]
