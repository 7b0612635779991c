"""The measured claims. ``python -m benchmarks`` runs them on a PostgreSQL of their own and compares, in one run."""
