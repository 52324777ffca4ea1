"""After the seam: link, frame, judge, fold. Only counts come back to Python."""

from recaudit.engine.count import count
from recaudit.engine.named import NAMELESS, Survey, survey
from recaudit.engine.task import Task, inherited

__all__ = ["NAMELESS", "Survey", "Task", "count", "inherited", "survey"]
