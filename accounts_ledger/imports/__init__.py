"""Bulk gift cards: lists of cards read, checked and loaded as a batch, all or nothing.

A file goes through `upload` (kept in a batch), `check` (every row, nothing written but the batch) and `load` (one
database transaction). The rows are read by a django-import-export resource, `resource.GiftCardResource`; the job
around it is ours, because a web request is too short for a large file.
"""
