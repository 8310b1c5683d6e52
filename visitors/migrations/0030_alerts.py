"""Alerts about pinned visitors, and whether a user wants them by mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0029_live_list'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='preferences',
            name='alert_mail',
            field=models.CharField(choices=[('on', 'On'), ('off', 'Off')], default='off', max_length=3),
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visitor_id', models.UUIDField()),
                ('kind', models.CharField(choices=[('online', 'is on the site'), ('pricing', 'opened pricing'), ('paid', 'paid')], max_length=8)),
                ('visit_started_at', models.DateTimeField()),
                ('at', models.DateTimeField()),
                ('name', models.CharField(max_length=120)),
                ('is_read', models.BooleanField(default=False)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('website', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='visitors.website')),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-at'], name='alerts_of_a_user'), models.Index(condition=models.Q(('is_read', False)), fields=['user'], name='unread_alerts_of_a_user')],
                'constraints': [models.UniqueConstraint(fields=('website', 'visitor_id', 'user', 'kind', 'visit_started_at'), name='one_alert_per_visit')],
            },
        ),
    ]
