"""Store derived journeys beside the answers. Rows are made when a journey is first read."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visitors", "0010_lease_and_budget")]

    operations = [
        migrations.CreateModel(
            name="StoredJourney",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=32)),
                ("code_fingerprint", models.CharField(max_length=12)),
                ("created_at", models.DateTimeField()),
                ("content", models.BinaryField()),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="journeys",
                        to="visitors.snapshot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("snapshot", "version"), name="one_journey_per_version")
                ],
            },
        ),
    ]
