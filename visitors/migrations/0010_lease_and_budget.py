"""Rename the budget and the fields of the lease to the terms that the code uses now. All rows are kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visitors", "0009_rename_models")]

    operations = [
        migrations.RenameModel("Budget", "RateBudget"),
        migrations.RenameField("FetchLease", "lease_until", "expires_at"),
        migrations.RenameField("FetchLease", "failure", "error"),
        migrations.RenameField("FetchLease", "earlier", "previous_token"),
        migrations.RemoveConstraint("FetchLease", "one_flight_per_visitor"),
        migrations.AddConstraint(
            "FetchLease",
            models.UniqueConstraint(fields=["website", "visitor_id"], name="one_lease_per_visitor"),
        ),
    ]
