"""What the team knows of visitors, the orders of the list of leads, and a new action of the audit log."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0027_search_action'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visitor_id', models.UUIDField()),
                ('author_name', models.CharField(max_length=150)),
                ('text', models.TextField(max_length=2000)),
                ('written_at', models.DateTimeField()),
                ('edited_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Ownership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visitor_id', models.UUIDField()),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Pin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visitor_id', models.UUIDField()),
                ('pinned_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='VisitorTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visitor_id', models.UUIDField()),
                ('tagged_at', models.DateTimeField()),
            ],
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='action',
            field=models.CharField(choices=[('page', 'Journey'), ('summary', 'Summary'), ('csv', 'CSV file'), ('json', 'Raw JSON'), ('choice', 'List of ids'), ('search', 'Search'), ('list', 'List of visitors'), ('erase', 'Erased')], max_length=8),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('is_customer', False), ('score__isnull', False)), fields=['website', '-score', '-id'], name='leads_by_score'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('expected_value__isnull', False), ('is_customer', False)), fields=['website', '-expected_value', '-id'], name='leads_by_value'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('is_customer', False), ('last_seen_at__isnull', False)), fields=['website', '-last_seen_at', '-id'], name='leads_by_last_seen'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('is_customer', False), ('visits__isnull', False)), fields=['website', '-visits', '-id'], name='leads_by_visits'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(condition=models.Q(('is_customer', False), ('pricing_views__isnull', False)), fields=['website', '-pricing_views', '-id'], name='leads_by_pricing'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(fields=['website', 'company_key'], name='people_by_company'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(fields=['website', 'email'], name='people_by_email'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(fields=['website', 'user_id'], name='people_by_user_id'),
        ),
        migrations.AddField(
            model_name='note',
            name='author',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='note',
            name='website',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='visitors.website'),
        ),
        migrations.AddField(
            model_name='ownership',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ownership',
            name='website',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='visitors.website'),
        ),
        migrations.AddField(
            model_name='pin',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pin',
            name='website',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='visitors.website'),
        ),
        migrations.AddField(
            model_name='tag',
            name='website',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='visitors.website'),
        ),
        migrations.AddField(
            model_name='visitortag',
            name='tag',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='visitors.tag'),
        ),
        migrations.AddField(
            model_name='visitortag',
            name='website',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='visitors.website'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['website', 'visitor_id', 'written_at'], name='notes_of_a_visitor'),
        ),
        migrations.AddConstraint(
            model_name='ownership',
            constraint=models.UniqueConstraint(fields=('website', 'visitor_id'), name='one_owner_per_visitor'),
        ),
        migrations.AddIndex(
            model_name='pin',
            index=models.Index(fields=['user', '-pinned_at'], name='pins_of_a_user'),
        ),
        migrations.AddConstraint(
            model_name='pin',
            constraint=models.UniqueConstraint(fields=('website', 'visitor_id', 'user'), name='one_pin_per_user'),
        ),
        migrations.AddConstraint(
            model_name='tag',
            constraint=models.UniqueConstraint(fields=('website', 'name'), name='one_tag_per_name'),
        ),
        migrations.AddConstraint(
            model_name='visitortag',
            constraint=models.UniqueConstraint(fields=('website', 'visitor_id', 'tag'), name='one_of_each_tag_per_visitor'),
        ),
    ]
