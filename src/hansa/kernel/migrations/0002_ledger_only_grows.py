"""Let the database refuse to change the ledger."""

from typing import ClassVar

from django.db import migrations

from hansa.kernel.triggers import allow_changes, forbid_changes


class Migration(migrations.Migration):
    """Add the triggers."""

    dependencies: ClassVar = [("kernel", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(forbid_changes, allow_changes)]
