"""Journeydesk's settings. `docs/settings.md` describes those that a deployment sets in the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.messages import constants as message_levels

from dashboard import logs
from dashboard.environment import LOOPBACK_NAMES, Environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment(BASE_DIR)
# The program's own files: the database and the collected static files.
STATE_DIR = BASE_DIR / (env.text("STATE_DIR") or ".state")
# `make demo` has a folder of its own, and starts with no other.
IS_DEMO = STATE_DIR.name == "demo"

# --- What a deployment chooses --------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret_key(debug=DEBUG)
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
LOOPBACK_ONLY = set(ALLOWED_HOSTS) <= LOOPBACK_NAMES
# Off by default only if no other machine can reach the dashboard.
HTTPS = env.flag("HTTPS", default=not (DEBUG or LOOPBACK_ONLY))

# The address that users open, for links: a request's Host is whatever the caller sends. Without PUBLIC_URL,
# `dashboard.addresses` derives it from ALLOWED_HOSTS, HOST and PORT.
PUBLIC_URL = env.origin("PUBLIC_URL")
# Forms from there are ours, whatever host, port or scheme the proxy passes on.
_own_names = [name for name in ALLOWED_HOSTS if name not in LOOPBACK_NAMES and name[0] not in "*."]
_own_origins = [f"{'https' if HTTPS else 'http'}://{name}" for name in _own_names]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else _own_origins
# Where `make demo` and `make serve` listen.
HOST, PORT = env.text("HOST") or "127.0.0.1", env.number("PORT", 8000, low=1, high=65_535)

# Password resets and invitations go out by mail. Without it, administrators send the links themselves.
_mail = env.mail()
SENDS_MAIL = bool(_mail)
globals().update(_mail)

# The number of proxies in front that append to X-Forwarded-For. Without one, callers can put anything into that header.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, low=0, high=10)

DATABASES = {"default": env.database(f"sqlite:///{STATE_DIR / 'journeydesk.sqlite3'}")}

# A user without a request for this long is signed out.
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 480, low=5, high=14 * 24 * 60)

# Encrypt the websites' tokens: the first key encrypts, all of them decrypt.
CREDENTIAL_KEYS = env.credential_keys()

DATAFAST_API_URL = env.service_url("DATAFAST_API_URL", "https://datafa.st/api/v1").rstrip("/")
# How long a profile counts as fresh, and how long it is kept as the last known good one.
PROFILE_FRESH_SECONDS = env.number("PROFILE_FRESH_SECONDS", 60, low=1, high=86_400)
PROFILE_KEEP_SECONDS = env.number("PROFILE_KEEP_SECONDS", 7 * 86_400, low=60, high=366 * 86_400)
# How long visitors' data and the audit log are kept.
RETENTION_DAYS = env.number("RETENTION_DAYS", 30, low=1, high=3660)
AUDIT_DAYS = env.number("AUDIT_DAYS", 365, low=1, high=3660)
PROFILE_KEEP_SECONDS = min(PROFILE_KEEP_SECONDS, RETENTION_DAYS * 86_400)
# The time for one DataFast request, retries included.
UPSTREAM_DEADLINE_SECONDS = env.number("UPSTREAM_DEADLINE_SECONDS", 10, low=1, high=60)
# The number of calls per minute that one token may make.
DATAFAST_REQUESTS_PER_MINUTE = env.number("DATAFAST_REQUESTS_PER_MINUTE", 60, low=1, high=100_000)
# The number of requests per minute that one access token of a user (`jd_…`) may make.
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 120, low=1, high=100_000)
# Whether webhooks may lead to this machine and into private networks.
WEBHOOK_PRIVATE_ADDRESSES = env.flag("WEBHOOK_PRIVATE_ADDRESSES", default=False)

# Opens /metrics to Prometheus; without it nothing is counted.
METRICS_TOKEN = env.metrics_token()
METRICS_DIR = STATE_DIR / "metrics"
# An OpenID issuer to sign in with; empty for none.
OIDC_ISSUER, OIDC_RP_CLIENT_ID, OIDC_RP_CLIENT_SECRET = env.openid()
OIDC_NAME = env.text("OIDC_NAME", "your company account")
# Whether OpenID creates missing accounts. Off: new users need an invitation.
OIDC_CREATE_USERS = env.flag("OIDC_CREATE_USERS", default=False)

# --- The application ------------------------------------------------------------------------------------------------
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "visitors",
]
MIDDLEWARE = [
    "dashboard.middleware.RequestIdMiddleware",
    "dashboard.middleware.PrivateResponseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.middleware.CompressionMiddleware",
    "dashboard.middleware.BodySizeLimitMiddleware",
    "dashboard.middleware.ControlCharactersMiddleware",
    "visitors.accounts.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "visitors.accounts.sessions.SessionExpiryMiddleware",
    "visitors.accounts.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "visitors.web.errors.MethodNotAllowedMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
if METRICS_TOKEN:
    MIDDLEWARE.insert(0, "visitors.operations.views.metrics.CountRequestsMiddleware")
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "visitors.web.templating.environment",
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "visitors.web.templating.form_token",
                "visitors.web.templating.menu",
                "visitors.web.preferences.preferences_of_page",
            ],
        },
    }
]

# --- Database, cookies ----------------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_COOKIE_NAME = "journeydesk_session"
SESSION_COOKIE_AGE = SESSION_IDLE_MINUTES * 60
CSRF_COOKIE_NAME = "journeydesk_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "visitors.web.errors.csrf_failure"

# --- People ---------------------------------------------------------------------------------------------------------
PASSWORD_RESET_TIMEOUT = 3 * 86_400
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "look_up"
LOGOUT_REDIRECT_URL = "sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
if OIDC_ISSUER:
    AUTHENTICATION_BACKENDS.append("visitors.accounts.openid.backend.OpenIDBackend")
OIDC_AUTHENTICATION_CALLBACK_URL = "openid_finish"
OIDC_RP_SCOPES = "openid email profile"
OIDC_USE_PKCE = True
OIDC_TIMEOUT = 5

# `visitors.accounts.throttling` explains the limits on failed sign-ins.
AXES_HANDLER = "visitors.accounts.throttling.ThrottleHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address", "username"]
AXES_FAILURE_LIMIT = 100  # percent of each limit
AXES_COOLOFF_TIME = timedelta(minutes=30)
# Failures during a lock do not prolong it, or a stranger could lock a user out forever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "visitors.accounts.views.sign_in.locked"
AXES_CLIENT_IP_CALLABLE = "visitors.accounts.throttling.client_address"
# Axes stores the fields of a failed sign-in unless they are named here. Some contain addresses that name visitors.
AXES_SENSITIVE_PARAMETERS = ["username", "next", "csrfmiddlewaretoken", "code", "state"]
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# The style sheet's classes for message levels.
MESSAGE_TAGS = {message_levels.SUCCESS: "good", message_levels.WARNING: "warn", message_levels.ERROR: "bad"}

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Security headers -----------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
# Our addresses contain visitor ids, which no other site may learn.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Other services below the same name may have no TLS, and leaving the browsers' preload list takes months.
_hsts = env.choice("HSTS", "host", "subdomains", "preload")
SECURE_HSTS_INCLUDE_SUBDOMAINS = _hsts in {"subdomains", "preload"}
SECURE_HSTS_PRELOAD = _hsts == "preload"
# The proxy in front terminates TLS, and must set this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# HSTS for subdomains (W005) and preload (W021) is the operator's choice: it binds names that are not ours.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if LOOPBACK_ONLY and not HTTPS:
    # The checks for TLS make no sense over plain HTTP that never leaves this machine.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W010", "security.W016"]
# More than any pasted message needs, and too little to do harm.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Logs -----------------------------------------------------------------------------------------------------------
LOGGING = logs.configuration(env.choice("LOG_FORMAT", "json", "lines"))
