"""Two-step login for staff: after the password, a code from an app on their phone, or one of their backup codes.

Codes, their counting and their waiting are django-otp's. Who has set it up is asked at every login; whose roles have
to set it up, STAFF_SECOND_FACTOR_REQUIRED says. Until the second step is made a session reaches nothing else, which the
middleware sees to.
"""
