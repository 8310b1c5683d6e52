
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0006_open_identity'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='snapshot',
            index=models.Index(fields=['website', 'fetched_at'], name='newest_snapshot_of_a_website'),
        ),
    ]
