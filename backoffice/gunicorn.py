"""Settings of gunicorn, the production server (``make serve``)."""

accesslog = "-"
#: Without query string and referrer: staff search for codes, and a code is money.
access_log_format = '%(h)s %(u)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'
#: Workers are renewed now and then, not all at once, so that a slow leak never matters.
max_requests = 2000
max_requests_jitter = 200
timeout = 60
