"""The worker's task. It carries nothing: what is to be sent is in the queue, and is deleted there once it is sent."""

from __future__ import annotations

from django_tasks import task


@task()
def send_due() -> None:
    """Send the mails that are due, and come back for those that could not be sent."""
    from backoffice.mail import sending  # needs the models, which the backend must not load

    report = sending.send_due()
    if report.next_run is not None and send_due.get_backend().supports_defer:
        send_due.using(run_after=report.next_run).enqueue()
