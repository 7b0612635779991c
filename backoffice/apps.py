from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    name = "backoffice"
    verbose_name = _("Back office")

    def ready(self) -> None:
        from accounts_ledger.admin import merchant_links
        from accounts_ledger.signals import chart_initialised, codes_rotated
        from backoffice import deletion, links, roles, unfold_compat
        from backoffice.demo import remains
        from backoffice.mail import admin, checks, kept, sending  # noqa: F401  (its admin registers itself)
        from backoffice.operations import deployment, metrics, request_id
        from backoffice.people import watch
        from backoffice.security import clean_html, nonces, uploads, user_history
        from backoffice.security.second_factor import enforcement
        from backoffice.shop import dashboard_pages

        register(enforcement.check_roles)
        register(enforcement.check_anybody, deploy=True)
        register(unfold_compat.check_lists)
        register(deployment.check_deployment, deploy=True)
        register(remains.check_demo, remains.TAG, deploy=True)
        register(checks.check_worker_sends)
        register(checks.check_mail_is_sent, Tags.database)
        # The last app to be migrated: by then every permission that a role names is there.
        post_migrate.connect(roles.sync_after_migrate, sender=self)
        chart_initialised.connect(roles.sync_after_init)
        codes_rotated.connect(sending.seal_anew, dispatch_uid="backoffice.seal_mail_anew")
        kept.keep_no_text()
        merchant_links.register(links.to_orders)
        unfold_compat.restyle_admins()
        deletion.guard_all()
        deletion.explain_in()
        watch.listen()
        nonces.give_to_forms()
        uploads.refuse_what_runs()
        clean_html.clean_names_of_categories()
        unfold_compat.restrict_related_links()
        dashboard_pages.sort_by_fields_only()
        request_id.listen()
        metrics.listen()
        user_history.listen()
