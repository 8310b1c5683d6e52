"""The panel in help desks: the origins that may frame it, and its pairings with users."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0032_webhooks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='website',
            name='panel_origins',
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.CreateModel(
            name='PanelPairing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=8)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('asked_from', models.CharField(max_length=45)),
                ('expires_at', models.DateTimeField()),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('website', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='visitors.website')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('user', None)), fields=['code'], name='open_panel_pairings'), models.Index(fields=['expires_at'], name='panel_pairings_by_end')],
            },
        ),
    ]
