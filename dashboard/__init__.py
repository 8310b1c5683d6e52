"""The Django project: settings, addresses, the WSGI entry point and the embedded cache. Knows the apps by name only."""
