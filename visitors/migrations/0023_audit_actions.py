"""A new action of the audit log (a colleague's visitor was named in a list of ids), and plainer labels. Changes no table."""

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
                    ("json", "Raw JSON"),
                    ("choice", "List of ids"),
                    ("erase", "Erased"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="result",
            field=models.CharField(
                choices=[
                    ("shown", "Shown"),
                    ("not found", "Not found"),
                    ("bot", "Bot"),
                    ("key refused", "Key rejected"),
                    ("limited", "Rate limited"),
                    ("unavailable", "Unavailable"),
                    ("done", "Done"),
                ],
                max_length=16,
            ),
        ),
    ]
