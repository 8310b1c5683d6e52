"""Let PostgreSQL's search index take new people at once: it reads its list of pending ones in every search."""

from django.db import migrations

INDEX = "visitors_knownperson_search"


def set_fast_update(value):
    def alter(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER INDEX {INDEX} SET (fastupdate = {value})")
            schema_editor.execute(f"SELECT gin_clean_pending_list('{INDEX}')")

    return alter


class Migration(migrations.Migration):
    dependencies = [("visitors", "0039_company_index")]

    operations = [migrations.RunPython(set_fast_update("off"), set_fast_update("on"))]
