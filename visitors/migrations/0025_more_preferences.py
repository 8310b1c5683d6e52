"""Preferences of clock, time zone and shortcuts; and labels of choices as pages show them, which change no table."""

from django.db import migrations, models

import visitors.models.websites


class Migration(migrations.Migration):
    dependencies = [("visitors", "0024_website_names_and_links")]

    operations = [
        migrations.AddField(
            model_name="preferences",
            name="clock",
            field=models.CharField(
                choices=[("24", "24 hours (16:40)"), ("12", "12 hours (4:40 PM)")], default="24", max_length=2
            ),
        ),
        migrations.AddField(
            model_name="preferences",
            name="time_zone",
            field=models.CharField(
                blank=True, default="", max_length=64, validators=[visitors.models.websites.validate_time_zone]
            ),
        ),
        migrations.AddField(
            model_name="preferences",
            name="shortcuts",
            field=models.CharField(choices=[("on", "On"), ("off", "Off")], default="on", max_length=3),
        ),
        migrations.AlterField(
            model_name="preferences",
            name="theme",
            field=models.CharField(
                choices=[("system", "System"), ("light", "Light"), ("dark", "Dark")], default="system", max_length=6
            ),
        ),
        migrations.AlterField(
            model_name="preferences",
            name="density",
            field=models.CharField(
                choices=[("comfortable", "Comfortable"), ("compact", "Compact")], default="comfortable", max_length=11
            ),
        ),
        migrations.AlterField(
            model_name="preferences",
            name="summary_content",
            field=models.CharField(
                choices=[("short", "Short"), ("full", "Full"), ("billing", "Billing")], default="full", max_length=7
            ),
        ),
        migrations.AlterField(
            model_name="preferences",
            name="summary_format",
            field=models.CharField(
                choices=[("text", "Plain text"), ("markdown", "Markdown"), ("html", "Rich text")],
                default="text",
                max_length=8,
            ),
        ),
    ]
