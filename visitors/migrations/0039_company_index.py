"""An index that lists the people of a large company in any order without reading their rows."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0038_lead_indexes'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='knownperson',
            name='people_by_company',
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(fields=['website', 'company_key', 'score', 'expected_value', 'last_seen_at', 'visits', 'pricing_views', 'visitor_id', 'id'], name='people_by_company'),
        ),
    ]
