"""Store what people are found by, with an index for searching: FTS5 on SQLite, pg_trgm on PostgreSQL.

Rows are made when a profile is stored, and for stored ones by `manage.py index_people`.
"""

import django.db.models.deletion
from django.db import DatabaseError, migrations, models

TABLE, INDEX = "visitors_knownperson", "visitors_knownperson_search"
# The number of a row begins with the website, so that a search reads the part of the index that is about its website.
ROWID = "(({0}.website_id << 40) + {0}.id)"
NEW, OLD = ROWID.format("new"), ROWID.format("old")
# An index without a copy of the text. The triggers tell it what changes.
FTS5 = [
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5(search_text, content='', tokenize='trigram case_sensitive 1')",
    f"CREATE TRIGGER {INDEX}_insert AFTER INSERT ON {TABLE} WHEN new.search_text <> '' BEGIN "
    f"INSERT INTO {INDEX} (rowid, search_text) VALUES ({NEW}, new.search_text); END",
    f"CREATE TRIGGER {INDEX}_delete AFTER DELETE ON {TABLE} WHEN old.search_text <> '' BEGIN "
    f"INSERT INTO {INDEX} ({INDEX}, rowid, search_text) VALUES ('delete', {OLD}, old.search_text); END",
    f"CREATE TRIGGER {INDEX}_update_old AFTER UPDATE OF search_text ON {TABLE} "
    "WHEN old.search_text <> new.search_text AND old.search_text <> '' BEGIN "
    f"INSERT INTO {INDEX} ({INDEX}, rowid, search_text) VALUES ('delete', {OLD}, old.search_text); END",
    f"CREATE TRIGGER {INDEX}_update_new AFTER UPDATE OF search_text ON {TABLE} "
    "WHEN old.search_text <> new.search_text AND new.search_text <> '' BEGIN "
    f"INSERT INTO {INDEX} (rowid, search_text) VALUES ({NEW}, new.search_text); END",
]
TRIGRAM = f"CREATE INDEX {INDEX} ON {TABLE} USING gin (search_text gin_trgm_ops)"


def create_index(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        for statement in FTS5:
            schema_editor.execute(statement)
    elif connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
            if not cursor.fetchone():
                create_extension(cursor, connection.settings_dict)
            cursor.execute(TRIGRAM)


def create_extension(cursor, settings):
    try:
        cursor.execute("CREATE EXTENSION pg_trgm")
    except DatabaseError as error:
        raise RuntimeError(
            "Searching for people needs the PostgreSQL extension pg_trgm, which comes with PostgreSQL, and the user "
            f"{settings['USER']} may not create it. Run once as a superuser, then start again: "
            f'psql --dbname "{settings["NAME"]}" --command "CREATE EXTENSION pg_trgm"'
        ) from error


def drop_index(apps, schema_editor):
    """Drop the full-text table. The other objects go with the table that they are on."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TABLE {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("visitors", "0025_more_preferences")]

    operations = [
        migrations.CreateModel(
            name="KnownPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("visitor_id", models.UUIDField()),
                ("name", models.CharField(max_length=120)),
                ("email", models.CharField(max_length=254)),
                ("email_domain", models.CharField(max_length=253)),
                ("company", models.CharField(max_length=120)),
                ("company_key", models.CharField(max_length=253)),
                ("user_id", models.CharField(max_length=255)),
                ("place", models.CharField(max_length=120)),
                ("system", models.CharField(max_length=40)),
                ("device", models.CharField(max_length=40)),
                ("source", models.CharField(max_length=120)),
                ("score", models.FloatField(null=True)),
                ("confidence", models.FloatField(null=True)),
                ("expected_value", models.FloatField(null=True)),
                ("net_paid", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("currency", models.CharField(max_length=40)),
                ("is_customer", models.BooleanField()),
                ("visits", models.PositiveIntegerField()),
                ("last_seen_at", models.DateTimeField(null=True)),
                ("pricing_views", models.PositiveIntegerField()),
                ("checkout_views", models.PositiveIntegerField()),
                ("search_text", models.TextField()),
                (
                    "snapshot",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="visitors.snapshot"),
                ),
                (
                    "website",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="visitors.website"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("website", "visitor_id"), name="one_known_person_per_visitor")
                ],
                "indexes": [models.Index(fields=["website", "id"], name="newest_people_of_a_website")],
            },
        ),
        migrations.RunPython(create_index, drop_index),
    ]
