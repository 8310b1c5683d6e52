"""Rename models and fields to the terms that the code uses now. All rows are kept."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("visitors", "0008_flight_before")]

    operations = [
        migrations.RenameModel("Flight", "FetchLease"),
        migrations.RenameField("FetchLease", "landed_at", "finished_at"),
        migrations.RenameField("FetchLease", "earlier_failure", "previous_error"),
        migrations.RenameModel("Sighting", "MetricsPoint"),
        migrations.RenameModel("Look", "LastSeen"),
        migrations.RenameModel("LookUp", "AuditEntry"),
        migrations.RenameModel("OpenIdentity", "OpenIDIdentity"),
        migrations.RenameField("Website", "on_hold_since", "paused_at"),
        migrations.RenameField("Website", "paused_until", "circuit_open_until"),
        migrations.RenameField("Website", "failures_in_a_row", "consecutive_failures"),
        migrations.RenameField("Website", "key_failing_since", "key_rejected_since"),
    ]
