"""After the seam: link, frame, judge, fold. Only counts come back to Python."""

from recaudit.engine.count import count
from recaudit.engine.seam import Task, seam_schema

__all__ = ["Task", "count", "seam_schema"]
