"""Keep beside the ledger which records each entry tells of, also for the entries that are there."""

import json
from typing import Any, ClassVar

from django.db import migrations, models

from hansa.kernel.ledger import mentioned
from hansa.kernel.triggers import allow_changes_of_mentions, forbid_changes_of_mentions

CHUNK = 5000


def fill(apps: Any, schema_editor: Any) -> None:
    """Read the entries once and note the records that each tells of."""
    entry, mention = apps.get_model("kernel", "LedgerEntry"), apps.get_model("kernel", "Mention")
    made: list[Any] = []
    for position, body in entry.objects.order_by("position").values_list("position", "body").iterator(CHUNK):
        made += [mention(record=urn, position=position) for urn in mentioned(json.loads(body))]
        if len(made) >= CHUNK:
            mention.objects.bulk_create(made)
            made.clear()
    mention.objects.bulk_create(made)


# One tree instead of two: every change writes here, and what a commit writes goes to the disk at once.
SQLITE = """
CREATE TABLE kernel_mention (
    record varchar(120) NOT NULL,
    position bigint unsigned NOT NULL CHECK (position >= 0),
    PRIMARY KEY (record, position)
) WITHOUT ROWID
"""


def create(apps: Any, schema_editor: Any) -> None:
    """Make the table."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE)
    else:
        schema_editor.create_model(apps.get_model("kernel", "Mention"))


def drop(apps: Any, schema_editor: Any) -> None:
    """Remove the table."""
    schema_editor.execute("DROP TABLE kernel_mention")


MENTION = migrations.CreateModel(
    name="Mention",
    fields=[
        (
            "pk",
            models.CompositePrimaryKey(
                "record", "position", blank=True, editable=False, primary_key=True, serialize=False
            ),
        ),
        ("record", models.CharField(max_length=120)),
        ("position", models.PositiveBigIntegerField()),
    ],
)


class Migration(migrations.Migration):
    """Add the table, fill it and guard it."""

    dependencies: ClassVar = [("kernel", "0004_files")]
    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(state_operations=[MENTION]),
        migrations.RunPython(create, drop),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(forbid_changes_of_mentions, allow_changes_of_mentions),
    ]
