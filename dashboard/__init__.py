"""The Django project: settings, middleware, logs and the server. It imports no app."""
