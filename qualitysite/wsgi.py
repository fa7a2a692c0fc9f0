"""The WSGI application: what granian and gunicorn serve."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qualitysite.settings")

application = get_wsgi_application()
