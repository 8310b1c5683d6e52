"""Webhooks with their deliveries, and what the calls of the last hour were for."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0036_cards'),
    ]

    operations = [
        migrations.AddField(
            model_name='ratebudget',
            name='used',
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(blank=True, max_length=80)),
                ('host', models.CharField(max_length=255)),
                ('url_encrypted', models.TextField()),
                ('secret_encrypted', models.TextField()),
                ('is_on', models.BooleanField(default=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(null=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('website', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to='visitors.website')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('key', models.CharField(max_length=160)),
                ('type', models.CharField(max_length=40)),
                ('visitor_id', models.UUIDField(null=True)),
                ('body', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(db_index=True, null=True)),
                ('delivered_at', models.DateTimeField(null=True)),
                ('error', models.CharField(default='', max_length=200)),
                ('webhook', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='visitors.webhook')),
            ],
            options={
                'verbose_name_plural': 'webhook deliveries',
                'constraints': [models.UniqueConstraint(fields=('webhook', 'key'), name='one_delivery_per_event')],
            },
        ),
    ]
