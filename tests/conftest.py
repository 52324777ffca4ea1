"""What all tests share."""

from hypothesis import settings

settings.register_profile("recaudit", deadline=None)  # no test depends on timing
settings.load_profile("recaudit")
