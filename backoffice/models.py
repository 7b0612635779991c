"""No models. Django announces the end of a migration to apps with this module only, and the roles wait for that."""
