from oscar.apps.checkout.models import *  # noqa: F403  (a fork of an Oscar app starts from all of it)
