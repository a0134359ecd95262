"""The node as a WSGI application, for ``hansa serve`` or any other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hansa.node.settings")

application = get_wsgi_application()
