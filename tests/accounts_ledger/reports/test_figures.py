"""Every figure of every report equals an independent recomputation over random histories."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts_ledger import dates
from accounts_ledger.models import AccountType, Transfer
from accounts_ledger.reports.activity import Activity
from accounts_ledger.reports.breakage import Breakage
from accounts_ledger.reports.card_listing import CardListing
from accounts_ledger.reports.catalogue import REPORTS
from accounts_ledger.reports.deferred_income import DeferredIncome
from accounts_ledger.reports.exceptions_report import Exceptions
from accounts_ledger.reports.expiry_forecast import ExpiryForecast
from accounts_ledger.reports.profit_loss import ProfitLoss
from accounts_ledger.reports.roll_forward import RollForward
from accounts_ledger.reports.statement import Statement
from accounts_ledger.reports.trial_balance import TrialBalance

from .conftest import Business
from .recomputation import ZERO, Journal

START, END = datetime.date(2026, 2, 1), datetime.date(2026, 3, 31)
PERIOD = {"start": START, "end": END}
AS_OF = {"as_of": END}


def run(report_class, **parameters):
    filter_ = report_class.filter_class(parameters)
    assert filter_.is_valid(), filter_.errors
    return report_class().run(filter_)


def by(table, name):
    return {row.values[name]: row.values for row in table.rows}


def test_deferred_income_is_the_sum_of_what_each_account_held_then(business):
    journal, moment = Journal(), dates.end_of(END)
    expected = dict.fromkeys(journal.programmes.values(), ZERO)
    for pk, balance in journal.owed(moment).items():
        expected[journal.programmes[journal.then(pk, "account_type_id", moment)]] += balance

    table = run(DeferredIncome, **AS_OF).tables[0]

    assert {name: values["balance"] for name, values in by(table, "account_type").items()} == expected


def test_deferred_income_sorts_accounts_by_the_expiry_that_they_had_then(business):
    journal, moment = Journal(), dates.end_of(END)
    expected: dict[str, list[Decimal]] = {}
    for pk, balance in journal.owed(moment).items():
        end = journal.then(pk, "end_date", moment)
        expected.setdefault(_bucket(end, moment), []).append(balance)

    total = run(DeferredIncome, **AS_OF).tables[0].total.values

    for name in ("overdue", "within_30", "within_60", "within_90", "beyond_90", "open_ended"):
        assert total[name] == sum(expected.get(name, []), ZERO), name
        assert total[f"{name}_accounts"] == len(expected.get(name, [])), name


def _bucket(end, moment):
    if end is None:
        return "open_ended"
    left = end - moment
    for days, name in ((0, "overdue"), (30, "within_30"), (60, "within_60"), (90, "within_90")):
        if left <= datetime.timedelta(days=days):
            return name
    return "beyond_90"


def test_deferred_income_counts_the_accounts_of_each_type(business):
    journal, moment = Journal(), dates.end_of(END)
    expected = dict.fromkeys(journal.programmes.values(), 0)
    for pk in journal.owed(moment):
        expected[journal.programmes[journal.then(pk, "account_type_id", moment)]] += 1

    table = run(DeferredIncome, **AS_OF).tables[0]

    assert {name: values["accounts"] for name, values in by(table, "account_type").items()} == expected


def test_the_trend_of_deferred_income_is_the_liability_at_each_month_end(business):
    journal = Journal()
    (chart,) = run(DeferredIncome, **AS_OF).charts

    for label, total in zip(chart.labels, chart.series[0][1], strict=True):
        moment = dates.end_of(datetime.datetime.strptime(label, "%d %b %Y").date())
        assert total == sum(journal.owed(moment).values(), ZERO), label


def test_the_roll_forward_shows_every_line_of_the_period(business):
    journal = Journal()
    lines = journal.lines(START, END)

    rows = by(run(RollForward, **PERIOD).tables[0], "account_type")

    for pk, name in journal.programmes.items():
        for line in ("sold", "issued_free", "top_ups", "refunds", "redeemed", "lapsed", "withdrawn", "adjustments"):
            assert rows[name][line] == lines[pk][line], (name, line)


def test_the_roll_forward_starts_and_ends_with_the_balances_of_its_accounts(business):
    journal, since, until = Journal(), dates.start_of(START), dates.end_of(END)

    rows = by(run(RollForward, **PERIOD).tables[0], "account_type")

    for moment, name in ((since, "opening"), (until, "closing")):
        expected = dict.fromkeys(journal.programmes.values(), ZERO)
        for pk, balance in journal.balances(moment).items():
            programme = journal.then(pk, "account_type_id", until)
            if programme in journal.programmes:
                expected[journal.programmes[programme]] += balance
        assert {programme: values[name] for programme, values in rows.items()} == expected


def test_the_roll_forward_prints_its_proof(business):
    (proof,) = run(RollForward, **PERIOD).proofs

    assert proof.holds
    assert proof.figures[0][1] == sum(Journal().balances(dates.end_of(END))[pk] for pk in _programme_accounts())


def _programme_accounts():
    journal, until = Journal(), dates.end_of(END)
    return [pk for pk in journal.accounts if journal.then(pk, "account_type_id", until) in journal.programmes]


def test_a_proof_that_does_not_hold_says_so():
    from accounts_ledger.reports.table import Proof

    assert not Proof("Closing", [("One way", Decimal("1.00")), ("Another", Decimal("2.00"))]).holds


def test_profit_and_loss_sums_up_the_lines_of_the_period(business):
    journal = Journal()
    lines = journal.lines(START, END)

    rows = by(run(ProfitLoss, **PERIOD).tables[0], "account_type")

    for pk, name in journal.programmes.items():
        line = lines[pk]
        assert rows[name]["paid"] == line["sold"] + line["top_ups"]
        assert rows[name]["unpaid"] == line["issued_free"]
        assert rows[name]["refunds"] == line["refunds"]
        assert rows[name]["redemptions"] == -line["redeemed"]
        assert rows[name]["expired"] == -line["lapsed"]
        assert rows[name]["difference"] == sum(line.values(), ZERO)


def test_profit_and_loss_compares_with_the_period_before(business):
    journal = Journal()
    before = journal.lines(START - datetime.timedelta(days=59), START - datetime.timedelta(days=1))

    rows = by(run(ProfitLoss, **PERIOD).tables[0], "account_type")

    for pk, name in journal.programmes.items():
        assert rows[name]["before"] == sum(before[pk].values(), ZERO)


def test_profit_and_loss_by_account_adds_up_to_the_type(business):
    for pk, name in Journal().programmes.items():
        by_type, by_account = run(ProfitLoss, **PERIOD, account_type=pk).tables
        assert by_account.total.values["difference"] == by(by_type, "account_type")[name]["difference"]


def test_the_trial_balance_has_equal_debits_and_credits(business):
    result = run(TrialBalance, **PERIOD)

    assert all(proof.holds for proof in result.proofs)
    assert result.tables[0].total.values["debits"] == sum(
        (
            transfer.amount
            for transfer in Journal().before(dates.end_of(END))
            if transfer.date_created >= dates.start_of(START)
        ),
        ZERO,
    )


def test_the_trial_balance_of_a_type_is_the_sum_of_its_accounts_transactions(business):
    journal, since, until = Journal(), dates.start_of(START), dates.end_of(END)
    expected = defaultdict(lambda: dict.fromkeys(("opening", "debits", "credits", "closing"), ZERO))
    for transfer in journal.before(until):
        for pk, amount in ((transfer.source_id, -transfer.amount), (transfer.destination_id, transfer.amount)):
            figures = expected[AccountType.objects.get(pk=journal.then(pk, "account_type_id", until)).name]
            figures["closing"] += amount
            if transfer.date_created < since:
                figures["opening"] += amount
            else:
                figures["credits" if amount > 0 else "debits"] += abs(amount)

    rows = by(run(TrialBalance, **PERIOD).tables[0], "account_type")

    names = {name.strip("\N{NO-BREAK SPACE}"): values for name, values in rows.items()}
    assert {name: {key: values[key] for key in expected[name]} for name, values in names.items()} == expected


def test_the_trial_balance_by_account_is_each_accounts_own_sum(business):
    journal, until = Journal(), dates.end_of(END)
    balances = journal.balances(until)
    for pk in journal.programmes:
        table = run(TrialBalance, **PERIOD, account_type=pk).tables[1]
        closing = {row.drill["account"].target: row.values["closing"] for row in table.rows}
        assert closing == {account: balances[account] for account in closing}


def test_the_card_listing_has_every_account_that_held_value(business):
    journal, moment = Journal(), dates.end_of(END)

    rows = run(CardListing, **AS_OF).tables[0].rows

    assert {row.drill["account"].target: row.values["balance"] for row in rows} == journal.owed(moment)


def test_the_card_listing_of_a_bucket_adds_up_to_deferred_income(business):
    total = run(DeferredIncome, **AS_OF).tables[0].total.values
    for name in ("overdue", "within_30", "within_60", "within_90", "beyond_90", "open_ended"):
        rows = list(run(CardListing, **AS_OF, expiry=name).tables[0].rows)
        assert sum((row.values["balance"] for row in rows), ZERO) == total[name]


def test_the_expiry_forecast_has_value_and_number_of_every_month(business):
    journal, moment = Journal(), dates.end_of(END)
    expected = defaultdict(list)
    for pk, balance in journal.owed(moment).items():
        end = journal.then(pk, "end_date", moment)
        expected[f"{timezone.localtime(end):%Y-%m}" if end else "Never"].append(balance)

    rows = by(run(ExpiryForecast, **AS_OF).tables[0], "month")

    figures = {str(month): (values["value"], values["accounts"]) for month, values in rows.items()}
    assert figures == {month: (sum(balances), len(balances)) for month, balances in expected.items()}


def test_breakage_sorts_every_movement_by_the_month_in_which_its_account_was_issued(business):
    cohorts = Journal().cohorts(END)

    rows = by(run(Breakage, **AS_OF).tables[0], "month")

    assert set(rows) == set(cohorts)
    for month, values in rows.items():
        expected = {
            "issued": _sum(cohorts[month], "sold", "issued_free", "top_ups"),
            "redeemed": -_sum(cohorts[month], "redeemed", "refunds"),
            "lapsed": -_sum(cohorts[month], "lapsed"),
            "other": -_sum(cohorts[month], "withdrawn", "adjustments"),
            "remaining": _sum(cohorts[month], *cohorts[month]),
        }
        assert {name: values[name] for name in expected} == expected, month


def test_breakage_has_the_share_redeemed_by_each_age(business):
    cohorts = Journal().cohorts(END)

    for row in run(Breakage, **AS_OF).tables[1].rows:
        month = row.values["month"]
        year, number = map(int, month.split("-"))
        for age in (0, 1, 2, 3):
            issued = _sum(cohorts[month], "sold", "issued_free", "top_ups", up_to=age)
            redeemed = -_sum(cohorts[month], "redeemed", "refunds", up_to=age)
            is_reached = (END.year - year) * 12 + END.month - number >= age
            expected = redeemed / issued if is_reached and issued > 0 else None
            assert row.values[f"age_{age}"] == expected, (month, age)


def _sum(cohort, *lines, up_to=99):
    return sum((value for line in lines for age, value in cohort.get(line, {}).items() if age <= up_to), ZERO)


def test_the_card_listing_has_initial_value_and_last_use_of_every_account(business):
    journal, moment = Journal(), dates.end_of(END)
    moved = journal.before(moment)

    for row in run(CardListing, **AS_OF).tables[0].rows:
        pk = row.drill["account"].target
        first = next(transfer for transfer in moved if pk in (transfer.source_id, transfer.destination_id))
        uses = [timezone.localdate(transfer.date_created) for transfer in moved if transfer.source_id == pk]
        assert row.values["initial"] == (first.amount if first.destination_id == pk else ZERO)
        assert row.values["last_used"] == (uses[-1] if uses else None)


def test_the_activity_register_has_everything_that_was_done_by_hand(business):
    by_hand = {
        transfer.reference
        for transfer in Journal().before(dates.end_of(END))
        if transfer.date_created >= dates.start_of(START) and transfer.kind not in ("redemption", "lapse")
    }

    assert {row.values["reference"] for row in run(Activity, **PERIOD).tables[0].rows} == by_hand


def test_the_exceptions_are_those_that_plain_python_finds(business):
    inside = [
        transfer for transfer in Journal().before(dates.end_of(END)) if transfer.date_created >= dates.start_of(START)
    ]
    loads = Transfer.objects.filter(kind="load")
    issued = {(load.destination_id, timezone.localdate(load.date_created)) for load in loads}
    expected = [
        {t for t in inside if t.kind == "redemption" and (t.source_id, timezone.localdate(t.date_created)) in issued},
        {
            t
            for t in inside
            if t.kind == "reversal"
            and t.parent.kind == "load"
            and any(
                spent.kind == "redemption" and spent.source_id == t.source_id and spent.date_created < t.date_created
                for spent in Journal().before(t.date_created)
            )
        },
        {
            t
            for t in inside
            if t.kind == "redemption"
            and t.user_id
            and any(load.destination_id == t.source_id and load.user_id == t.user_id for load in loads)
        },
        {t for t in inside if t.amount >= 60},
    ]

    tables = run(Exceptions, **PERIOD, large=60).tables

    for table, transfers in zip(tables, expected, strict=False):
        assert {row.drill["reference"].target for row in table.rows} == {t.pk for t in transfers}, table.title


def test_the_expiry_forecast_adds_up_to_deferred_income(business):
    forecast = run(ExpiryForecast, **AS_OF).tables[0].total.values

    assert forecast["value"] == run(DeferredIncome, **AS_OF).tables[0].total.values["balance"]


def test_breakage_accounts_for_all_that_was_issued(business):
    for row in run(Breakage, **AS_OF).tables[0].rows:
        values = row.values
        assert values["issued"] == values["redeemed"] + values["lapsed"] + values["other"] + values["remaining"]


def test_what_remains_by_issue_month_is_what_is_owed(business):
    total = run(Breakage, **AS_OF).tables[0].total.values

    assert total["remaining"] == sum(Journal().owed(dates.end_of(END)).values(), ZERO)


def test_a_statement_leads_from_its_opening_to_its_closing(business):
    journal = Journal()
    for card in business.cards[:20]:
        (table,) = run(Statement, **PERIOD, whose=f"#{card.pk}").tables
        moved = sum(((row.values["credit"] or 0) - (row.values["debit"] or 0) for row in table.rows), ZERO)
        assert table.opening.values["balance"] == journal.balances(dates.start_of(START))[card.pk]
        assert table.opening.values["balance"] + moved == table.total.values["balance"]


def test_reports_on_the_past_do_not_change_whatever_happens_since(business: Business):
    before = _all_figures()
    business.now = datetime.datetime(2026, 8, 1, tzinfo=datetime.UTC)

    business.run(150)

    assert _all_figures() == before


def _all_figures():
    figures = {}
    for report_class in REPORTS:
        defined = report_class.filter_class.base_filters
        parameters = {**(PERIOD if "start" in defined else AS_OF)}
        if "whose" in defined:
            parameters["whose"] = "Bank"
        result = run(report_class, **parameters)
        figures[report_class.slug] = [([row.values for row in table.all_rows()]) for table in result.tables] + [
            proof.figures for proof in result.proofs
        ]
    return figures


@pytest.mark.parametrize("report_class", REPORTS, ids=lambda report: report.slug)
def test_a_report_on_an_empty_ledger_is_empty(report_class, db):
    defined = report_class.filter_class.base_filters
    result = run(report_class, **(PERIOD if "start" in defined else AS_OF))

    assert all(proof.holds for proof in result.proofs)
