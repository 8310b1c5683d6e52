"""Store who is on a website, for all who watch, and rename an action of the audit log."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visitors", "0028_leads_and_team")]

    operations = [
        migrations.CreateModel(
            name="LiveList",
            fields=[
                (
                    "website",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="visitors.website",
                    ),
                ),
                ("called_at", models.DateTimeField()),
                ("is_calling", models.BooleanField(default=False)),
                ("error", models.BinaryField(default=b"")),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer_compressed", models.BinaryField(default=b"")),
            ],
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("page", "Journey"),
                    ("summary", "Summary"),
                    ("csv", "CSV file"),
                    ("json", "Raw JSON"),
                    ("choice", "List of ids"),
                    ("search", "Search or live list"),
                    ("list", "List of visitors"),
                    ("erase", "Erased"),
                ],
                max_length=8,
            ),
        ),
    ]
