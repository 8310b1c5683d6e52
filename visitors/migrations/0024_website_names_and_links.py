"""Readable names of goals and pages, and links to other tools, per website."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visitors", "0023_audit_actions")]

    operations = [
        migrations.AddField(
            model_name="website", name="names", field=models.JSONField(default=dict, editable=False)
        ),
        migrations.AddField(
            model_name="website", name="links", field=models.JSONField(default=list, editable=False)
        ),
    ]
