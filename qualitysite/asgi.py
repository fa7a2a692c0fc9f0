"""The ASGI application, for hosts that offer nothing else; the code is synchronous and WSGI serves it faster."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qualitysite.settings")

application = get_asgi_application()
