import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('visitors', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visitor_id', models.UUIDField()),
                ('looked_at', models.DateTimeField()),
                ('label', models.CharField(max_length=120)),
                ('seen', models.BinaryField()),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('website', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='visitors.website')),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-looked_at'], name='latest_looks_of_a_person')],
                'constraints': [models.UniqueConstraint(fields=('user', 'website', 'visitor_id'), name='one_look_per_person_and_visitor')],
            },
        ),
    ]
