"""A new action of the audit log: a user searched, and was shown people of a website. Such an entry has no visitor."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("visitors", "0026_known_people")]

    operations = [
        migrations.RemoveConstraint(model_name="auditentry", name="an_id_or_its_hash"),
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
                    ("search", "Search"),
                    ("erase", "Erased"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.CheckConstraint(
                condition=Q(visitor_id__isnull=False, visitor_hash="")
                | Q(visitor_id=None) & ~Q(visitor_hash="")
                | Q(visitor_id=None, visitor_hash="", action="search"),
                name="an_id_its_hash_or_a_search",
            ),
        ),
    ]
