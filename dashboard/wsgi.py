"""The WSGI entry point that the production server's workers load."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

application = get_wsgi_application()
# By its name: the project knows no more of its applications.
import_string("visitors.operations.warm_up.warm_up")()
# Here and not where the app is ready: commands and tests purge nothing by themselves.
import_string("visitors.audit.retention.begin")()
# What is loaded by now stays for as long as the process. Python would go through all of it again and again for what can
# be thrown away, and a reader wait a tenth of a second meanwhile.
gc.collect()
gc.freeze()
