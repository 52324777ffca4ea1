"""What all tests share."""

import gc

from hypothesis import settings

gc.set_threshold(50_000, 20, 20)  # audits make many objects and few rings; looking for rings took 5 % of the time

settings.register_profile("recaudit", deadline=None)  # no test depends on timing
settings.load_profile("recaudit")
