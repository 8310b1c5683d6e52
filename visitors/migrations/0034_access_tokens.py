"""Personal access tokens, and how many wrong ones come from where."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0031_audit_source'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RejectedTokens',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=45, unique=True)),
                ('minute', models.BigIntegerField()),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name_plural': 'rejected tokens',
            },
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('mask', models.CharField(max_length=16)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
                ('last_used_from', models.CharField(default='', max_length=45)),
                ('minute', models.BigIntegerField(default=0)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('website', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='visitors.website')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
            },
        ),
    ]
