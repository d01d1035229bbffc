"""One settings file. What differs between machines comes from the environment, nothing else."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from clarion.kit import env
from clarion.loop import STAGES

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("CLARION_DEBUG", default=False)
SECRET_KEY = env.text("CLARION_SECRET_KEY")
SECRET_BOX_KEYS = env.words("CLARION_SECRET_BOX_KEYS", "")
DATA = Path(env.text("CLARION_DATA", "var")).expanduser()
PUBLIC_URL = env.text("CLARION_URL", "http://127.0.0.1:8700").rstrip("/")
PLAYGROUND_URL = env.text("CLARION_PLAYGROUND_URL", "http://127.0.0.1:8701").rstrip("/")

_public = urlsplit(PUBLIC_URL)
SECURE = _public.scheme == "https"
ALLOWED_HOSTS = [
    _public.hostname or "localhost",
    *env.words("CLARION_HOSTS", "localhost,127.0.0.1"),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Hosts of one's own network that channels may reach: "name:port". All others there are closed.
PRIVATE_HOSTS_ALLOWED = [
    *env.words("CLARION_PRIVATE_HOSTS", ""),
    urlsplit(PLAYGROUND_URL).netloc,
]

# --- parts ------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "clarion.interfaces.web",  # first: its templates are used instead of those of the others
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "clarion.accounts",
    "clarion.channels",
    *(f"clarion.{stage.key}" for stage in STAGES),
]
MIDDLEWARE = [
    "clarion.interfaces.web.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "clarion.interfaces.web.body.BodyLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clarion.interfaces.web.middleware.LastSeen",
    "clarion.interfaces.web.middleware.Refusals",
]
ROOT_URLCONF = "clarion.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.static",
                "clarion.interfaces.web.templatetags.ui",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clarion.interfaces.web.context.shell",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

# --- database and cache -----------------------------------------------------------------------

DATABASE_URL = env.text("CLARION_DATABASE_URL", "postgresql://clarion@127.0.0.1:5432/clarion")
_db = urlsplit(DATABASE_URL)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _db.path.lstrip("/"),
        "USER": unquote(_db.username or ""),
        "PASSWORD": unquote(_db.password or ""),
        "HOST": _db.hostname or "",
        "PORT": _db.port or 5432,
        "OPTIONS": {"pool": {"min_size": 0, "max_size": 8, "timeout": 20}},
    }
}
# In the database, so that the limits on guessing passwords hold across all web processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "clarion_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- files ------------------------------------------------------------------------------------

MEDIA_ROOT = DATA / "media"
# s3://KEY:SECRET@host/bucket keeps media there, and the folder above holds what is at hand.
MEDIA_STORE = env.text("CLARION_MEDIA_URL", "")
MEDIA_CACHE = env.number("CLARION_MEDIA_CACHE", 10_240) * 2**20  # bytes
FILE_MAX = env.number("CLARION_FILE_MAX", 4_096) * 2**20  # bytes of one file, in all its pieces
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
UPLOAD_MAX = 60 * 1024 * 1024  # bytes of a whole request
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- time and words ---------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = True

# --- people -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/sign-in/"
ACCOUNT_ADAPTER = "clarion.interfaces.web.people.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation has reached its address already
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers' mailboxes hear nothing from us
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "signup": "20/m/ip",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds a password stays fresh for delicate changes
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_TOTP_ISSUER = "Clarion"
# Nobody signs up here unasked, so nobody can lock a stranger out of the stranger's address.
# Without this a letter for a new password would bar its reader from a second factor for good.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- post -------------------------------------------------------------------------------------

_mail = urlsplit(env.text("CLARION_EMAIL_URL", ""))
if _mail.scheme in ("smtp", "smtps"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = (
        _mail.hostname or "",
        _mail.port or (465 if _mail.scheme == "smtps" else 587),
    )
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        unquote(_mail.username or ""),
        unquote(_mail.password or ""),
    )
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp"
    EMAIL_TIMEOUT = 20
else:  # without a mail server, letters lie in a folder for whoever runs this host
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA / "mail")
DEFAULT_FROM_EMAIL = env.text("CLARION_EMAIL_FROM", "Clarion <clarion@localhost>")

# --- safety -----------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
BEHIND_PROXY = env.flag("CLARION_BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS, SSL redirect and secure cookies follow CLARION_URL:
    "security.W008",  # on a machine of one's own there is plain http on loopback
    "security.W012",
    "security.W016",
]
CSRF_FAILURE_VIEW = "clarion.interfaces.web.middleware.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.text("CLARION_LOG_LEVEL", "WARNING").upper(),
    },
    # httpx logs whole URLs, and some networks put keys into them.
    "loggers": {"httpx2": {"level": "WARNING"}, "httpcore2": {"level": "WARNING"}},
}
