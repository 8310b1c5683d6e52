"""Indexes that answer the selections of the list of leads without its table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0037_panel'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='knownperson',
            name='leads_by_score',
        ),
        migrations.RemoveIndex(
            model_name='knownperson',
            name='leads_by_value',
        ),
        migrations.RemoveIndex(
            model_name='knownperson',
            name='leads_by_last_seen',
        ),
        migrations.RemoveIndex(
            model_name='knownperson',
            name='leads_by_visits',
        ),
        migrations.RemoveIndex(
            model_name='knownperson',
            name='leads_by_pricing',
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('is_customer', False), ('score__isnull', False)), fields=['website', '-score', '-id', 'visitor_id', 'last_seen_at', 'is_customer'], name='leads_by_score'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('expected_value__isnull', False), ('is_customer', False)), fields=['website', '-expected_value', '-id', 'visitor_id', 'last_seen_at', 'is_customer'], name='leads_by_value'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('is_customer', False), ('last_seen_at__isnull', False)), fields=['website', '-last_seen_at', '-id', 'visitor_id', 'is_customer'], name='leads_by_last_seen'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('is_customer', False), ('visits__isnull', False)), fields=['website', '-visits', '-id', 'visitor_id', 'last_seen_at', 'is_customer'], name='leads_by_visits'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('is_customer', False), ('pricing_views__isnull', False)), fields=['website', '-pricing_views', '-id', 'visitor_id', 'last_seen_at', 'is_customer'], name='leads_by_pricing'),
        ),
    ]
