"""Integrations that ask for cards, their latest requests, and who is who in Slack."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0033_saved_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Integration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('intercom', 'Intercom'), ('helpscout', 'Help Scout'), ('freescout', 'FreeScout'), ('slack', 'Slack')], max_length=12)),
                ('secret_encrypted', models.TextField()),
                ('secret_mask', models.CharField(max_length=16)),
                ('is_enabled', models.BooleanField(default=True)),
                ('secret_set_at', models.DateTimeField()),
                ('website', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='visitors.website')),
            ],
        ),
        migrations.CreateModel(
            name='IntegrationRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('result', models.CharField(choices=[('answered', 'Answered'), ('empty', 'No visitor'), ('failed', 'Failed'), ('refused', 'Rejected')], max_length=8)),
                ('detail', models.CharField(max_length=200)),
                ('is_test', models.BooleanField(default=False)),
                ('integration', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='visitors.integration')),
            ],
        ),
        migrations.CreateModel(
            name='SlackAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('team_id', models.CharField(max_length=40)),
                ('slack_id', models.CharField(max_length=40)),
                ('slack_name', models.CharField(max_length=80)),
                ('linked_at', models.DateTimeField()),
                ('integration', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='visitors.integration')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='integration',
            constraint=models.UniqueConstraint(fields=('website', 'kind'), name='one_integration_of_each_kind'),
        ),
        migrations.AddConstraint(
            model_name='slackaccount',
            constraint=models.UniqueConstraint(fields=('integration', 'team_id', 'slack_id'), name='one_user_per_slack_account'),
        ),
    ]
