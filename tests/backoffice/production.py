"""What a production installation has in its environment at least."""

PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "long-and-random-enough-to-please-the-checks-0123456789-abcdefghij",
    "ACCOUNTS_CODE_KEYS": "long-and-random-enough-for-codes-0123456789",
    "ALLOWED_HOSTS": "shop.example.com",
    "BEHIND_TLS_PROXY": "1",
    "STAFF_SECOND_FACTOR_REQUIRED": "all",
    "DATABASE_URL": "sqlite://:memory:",
}
