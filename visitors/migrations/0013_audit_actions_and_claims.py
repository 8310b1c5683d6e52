"""Rename the source of an audit entry to its action, and the indexes with it; add claims. All rows are kept."""

from django.db import migrations, models


def rename_action(before, after):
    def rename(apps, schema_editor):
        apps.get_model("visitors", "AuditEntry").objects.filter(action=before).update(action=after)

    return rename


class Migration(migrations.Migration):
    dependencies = [("visitors", "0011_stored_journey")]

    operations = [
        migrations.RenameField("AuditEntry", "source", "action"),
        migrations.AlterField(
            "AuditEntry",
            "action",
            models.CharField(
                choices=[
                    ("page", "Journey"),
                    ("summary", "Summary"),
                    ("csv", "CSV file"),
                    ("json", "JSON answer"),
                    ("erase", "Forgotten"),
                ],
                max_length=8,
            ),
        ),
        migrations.RenameIndex("AuditEntry", "audit_by_website", old_name="look_ups_of_a_website"),
        migrations.RenameIndex("AuditEntry", "audit_by_visitor", old_name="look_ups_of_a_visitor"),
        migrations.RenameIndex("AuditEntry", "audit_by_user", old_name="look_ups_of_a_person"),
        migrations.RenameIndex("AuditEntry", "audit_by_erased_visitor", old_name="look_ups_of_a_forgotten_one"),
        migrations.RenameIndex("LastSeen", "last_seen_by_user", old_name="latest_looks_of_a_person"),
        migrations.RemoveConstraint("LastSeen", "one_look_per_person_and_visitor"),
        migrations.AddConstraint(
            "LastSeen",
            models.UniqueConstraint(fields=("user", "website", "visitor_id"), name="one_last_seen_per_visitor"),
        ),
        migrations.CreateModel(
            "Claim",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        # The entries that record an erasure.
        migrations.RunPython(rename_action("forget", "erase"), rename_action("erase", "forget")),
    ]
