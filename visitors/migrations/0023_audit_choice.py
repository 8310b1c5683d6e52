"""A new action of the audit log: a colleague's visitor was named in a list of several ids. Changes no table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visitors", "0022_preferences")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("page", "Journey"),
                    ("summary", "Summary"),
                    ("csv", "CSV file"),
                    ("json", "JSON answer"),
                    ("choice", "List of ids"),
                    ("erase", "Forgotten"),
                ],
                max_length=8,
            ),
        ),
    ]
