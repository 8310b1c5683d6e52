"""By which way an entry of the audit log was asked for: the browser, the API, MCP, the panel, a card or Slack."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('visitors', '0030_alerts'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditentry',
            name='source',
            field=models.CharField(choices=[('web', 'Browser'), ('api', 'API'), ('mcp', 'MCP'), ('panel', 'Panel'), ('card', 'Card'), ('slack', 'Slack')], db_default='web', max_length=5),
        ),
    ]
