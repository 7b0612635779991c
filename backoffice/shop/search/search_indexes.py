from oscar.apps.search.search_indexes import *  # noqa: F403  (a fork of an Oscar app starts from all of it)
