"""Find a PostgreSQL that tests may write to, or skip saying how to get one."""

import os

from tests.rscript import missing


def postgres() -> str:
    """Return the address of a PostgreSQL database for tests."""
    address = os.environ.get("HANSA_TEST_DATABASE_PG") or os.environ.get("HANSA_TEST_DATABASE", "")
    if not address:
        missing(
            "PostgreSQL", "apt-get install postgresql, then set HANSA_TEST_DATABASE_PG=postgresql://USER@HOST/DATABASE"
        )
    return address
