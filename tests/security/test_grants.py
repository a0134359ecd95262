"""Who may do what must not depend on which module a process happened to load."""

import os
import subprocess
import sys

from django.conf import settings

from hansa.kernel.people import GRANTS

ASK = """
import django
django.setup()
from hansa.kernel.people import GRANTS
for role in sorted(GRANTS):
    print(role, *sorted(GRANTS[role]))
"""


def test_roles_hold_the_same_permissions_in_every_process():
    environment = {**os.environ, "HANSA_NODE": str(settings.HANSA_NODE)}

    alone = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=environment)

    assert alone.stdout.splitlines() == [" ".join([role, *sorted(GRANTS[role])]) for role in sorted(GRANTS)]
