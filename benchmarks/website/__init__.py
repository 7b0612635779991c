"""The whole site under load: `make load`. Locust's visitors come to the production server on a large ledger.

`stage` fills a database and starts the servers, `visitors` is what Locust runs, `results` reads what it measured.
"""
