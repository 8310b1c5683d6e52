"""The WSGI entry point that the production server's workers load."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

application = get_wsgi_application()
# By its name: the project knows no more of its applications.
import_string("visitors.views.warm.up")()
# Here and not where the app is ready: commands and tests purge nothing by themselves.
import_string("visitors.privacy.retention.begin")()
