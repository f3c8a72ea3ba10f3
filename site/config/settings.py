"""The one settings file. Everything that differs between places comes from the environment (see docs/operations.md)."""

import base64
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import face_models
from config.env import Env, database_from, demo_key, require_own_keys
from config.logs import structured_logging

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"

env = Env()
ENV = env.choice("ZHUXUE_ENV", ("demo", "test", "production"), "production")
IS_DEMO = ENV in {"demo", "test"}
DEBUG = env.flag("ZHUXUE_DEBUG", False)
if DEBUG and not IS_DEMO:
    raise ImproperlyConfigured("ZHUXUE_DEBUG is for the demo only.")
VAR = Path(env.text("ZHUXUE_VAR", str(ROOT / ".var")))


def _demo(name: str) -> str | None:
    """The demo's public secret, or None outside the demo."""
    return f"demo-{name}-not-a-secret" if IS_DEMO else None


def _demo_key(name: str) -> str:
    """A 32-byte key made of a public word: worth nothing, hence the demo only."""
    return "demo:" + base64.b64encode(demo_key(name)).decode() if IS_DEMO else ""


SECRET_KEY = env.secret("ZHUXUE_SECRET_KEY", demo=_demo("session"))
# Earlier ones, while sessions and links they signed are still about.
SECRET_KEY_FALLBACKS = env.words("ZHUXUE_OLD_SECRET_KEYS")
# What segments' addresses are signed with; nginx has to know it (deploy/nginx/), so it is no other key.
SEGMENT_KEY = env.secret("ZHUXUE_SEGMENT_KEY", demo=_demo("segments"))
DATA_KEYS = env.keys("ZHUXUE_DATA_KEYS", _demo_key("data"))
BLIND_INDEX_KEY = next(iter(env.keys("ZHUXUE_INDEX_KEY", _demo_key("index")).values()))
if not IS_DEMO:
    require_own_keys(DATA_KEYS, BLIND_INDEX_KEY)

# --- hosts: the tenant look-up refuses what no institution owns, so any name may come this far -------------------
ALLOWED_HOSTS = ["*"]
PORTAL_URL = env.text("ZHUXUE_PORTAL_URL", "http://localhost:8000" if IS_DEMO else None)
USE_X_FORWARDED_HOST = False

# --- apps -------------------------------------------------------------------------------------------------------
SHARED_APPS = [
    "django_tenants",
    "tenants",
    "tenants.accounts",
    "tenants.rulesets",
    "tenants.audit",
    "tenants.messages",
    "tenants.imports",
    "tenants.exports",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "proctoring",
    "learning",
    "learning.review",
    "exams",
    "certs",
    "cms.portal",
    "captcha",
    "channels",
    "csp",
    "django_htmx",
    "django_structlog",
]
TENANT_APPS = [
    "tenants.roles",
    "django.contrib.auth",
    "cms.console",
    "cms.desk",
    "cms.centre",
    "cms.importing",
    "cms",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
]
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]
if IS_DEMO:
    SHARED_APPS = [*SHARED_APPS, "demo"]
    INSTALLED_APPS = [*INSTALLED_APPS, "demo"]

TENANT_MODEL = "tenants.Institution"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_BASE_SCHEMA = "template"
TENANT_BASE_MIGRATE_COMMAND = "tenants.migrating.Command"
TENANT_CREATION_FAKES_MIGRATIONS = True
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
ROOT_URLCONF = "config.urls"
PORTAL_URLCONF = "config.urls_portal"
# How long a process believes that a schema has all its tables before it looks again (seconds).
SCHEMA_CHECK_S = env.integer("ZHUXUE_SCHEMA_CHECK_S", 300)
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django_structlog.middlewares.RequestMiddleware",
    # Before the tenant is known, so that the notices of a paused site and of an unknown host carry the headers too.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "tenants.page_policy.PagePolicyMiddleware",
    "tenants.middleware.TenantMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tenants.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.middleware.TenantUserMiddleware",
    "tenants.private_pages.PrivatePagesMiddleware",
    "tenants.accounts.middleware.LastSeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tenants.middleware.StaffDoorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenants.middleware.ErrorMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "wagtail.contrib.settings.context_processors.settings",
                "tenants.context_processors.institution",
            ],
            "builtins": ["tenants.templatetags.zx"],
        },
    }
]

# --- database, cache, queues ---------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **database_from(env.text("DATABASE_URL")),
        # A connection is tried before it is given out, so that a restart of PostgreSQL costs nobody a page (ADR 0176).
        "CONN_HEALTH_CHECKS": True,
        # Who gets no connection within `timeout` seconds is told to come back (tenants/busy.py); after a longer outage
        # a connection is asked for anew with the next request, not minutes later.
        "OPTIONS": {
            "pool": {"min_size": 2, "max_size": env.integer("ZHUXUE_DB_POOL", 16), "timeout": 5, "reconnect_timeout": 3}
        },
    }
}
REDIS_URL = env.text("REDIS_URL").rstrip("/")
# Each use has a database of its own; tests move all of them by ZHUXUE_REDIS_BASE.
REDIS_BASE = env.integer("ZHUXUE_REDIS_BASE", 0)


def _redis(number: int) -> str:
    return f"{REDIS_URL}/{REDIS_BASE + number}"


CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _redis(0),
        "KEY_FUNCTION": "django_tenants.cache.make_key",
    },
    # One for all hosts: a person is one in the province, so failed sign-ins are counted together.
    "province": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _redis(0),
        "KEY_PREFIX": "province",
    },
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # redis-py 8 gives up reading after 5 s, exactly as long as the layer blocks: idle sockets would be torn down.
        "CONFIG": {"hosts": [{"address": _redis(1), "socket_timeout": 20}], "expiry": 30, "capacity": 500},
    }
}
FACE_REDIS_URL = _redis(2)
CELERY_BROKER_URL = _redis(3)
CELERY_TASK_IGNORE_RESULT = True
# Videos take hours: they have a queue and workers of their own, so that nothing else ever waits behind one.
CELERY_TASK_ROUTES = {"learning.tasks.encode_upload": {"queue": "media"}}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "send-sms": {"task": "tenants.messages.tasks.send_due", "schedule": 2.0},
    "expired-sessions": {"task": "tenants.accounts.tasks.note_expired_sessions", "schedule": 300.0},
    "clear-sessions": {"task": "tenants.accounts.tasks.clear_sessions", "schedule": crontab(hour=3, minute=40)},
    "end-support": {"task": "tenants.accounts.tasks.end_support", "schedule": 60.0},
    "seal-audit": {"task": "tenants.audit.tasks.seal", "schedule": crontab()},
    "seal-audit-all": {
        "task": "tenants.audit.tasks.seal",
        "schedule": crontab(minute=40),
        "kwargs": {"everything": True},
    },
    "settle-study": {"task": "learning.tasks.settle_study", "schedule": 30.0},
    "recount-study": {"task": "learning.tasks.recount_study", "schedule": crontab(hour=2, minute=50)},
    "settle-imports": {"task": "cms.importing.tasks.settle_imports", "schedule": 60.0},
    "settle-uploads": {"task": "learning.tasks.settle_uploads", "schedule": 30.0},
    "open-reviews": {"task": "learning.review.tasks.open_missing_reviews", "schedule": 5.0},
    "grade-overdue": {"task": "exams.tasks.grade_overdue", "schedule": 10.0},
    "erase-withdrawn-faces": {"task": "proctoring.tasks.erase_withdrawn", "schedule": crontab(hour=4, minute=10)},
    "find-lookalikes": {"task": "proctoring.tasks.find_lookalikes", "schedule": crontab(minute=25)},
    "count-faces": {"task": "proctoring.tasks.count_persons", "schedule": crontab(hour=5, minute=20)},
    "expire-attestations": {"task": "proctoring.tasks.expire_attestations", "schedule": 60.0},
    "build-exports": {"task": "cms.centre.tasks.build_waiting_exports", "schedule": crontab()},
    "make-exports": {"task": "cms.tasks.make_waiting_exports", "schedule": crontab()},
    "publish-scheduled": {"task": "cms.tasks.publish_all_scheduled", "schedule": crontab()},
    "close-accounts": {"task": "cms.centre.tasks.close_accounts", "schedule": crontab(minute=5)},
    "end-of-retention": {"task": "cms.centre.tasks.retention", "schedule": crontab(hour=4, minute=30)},
    "upload-hours": {"task": "certs.tasks.upload_due", "schedule": 10.0 if IS_DEMO else 300.0},
}

# --- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["tenants.roles.backends.TenantBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tenants.accounts.validators.LettersAndDigitsValidator"},
    {"NAME": "tenants.accounts.validators.NotYourNumberValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/my/"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CAPTCHA_LENGTH = 4
CAPTCHA_IMAGE_SIZE = (132, 44)
CAPTCHA_FONT_SIZE = 28
CAPTCHA_TIMEOUT = 5
CAPTCHA_CHALLENGE_FUNCT = "captcha.helpers.random_char_challenge"
# Only the tests of other things may answer PASSED; those of the captcha read the challenge.
CAPTCHA_TEST_MODE = False

# --- security -------------------------------------------------------------------------------------------------------
HTTPS = env.flag("ZHUXUE_HTTPS", not IS_DEMO)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("ZHUXUE_BEHIND_PROXY") else None
DEFAULT_EXCEPTION_REPORTER = "config.errors.PrivateReporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.errors.PrivateReporterFilter"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    # Wagtail's admin carries inline styles and scripts of its own.
    "EXCLUDE_URL_PREFIXES": ("/admin/",),
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
    },
}

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [SITE / "static"]
SERVESTATIC_AUTOREFRESH = SERVESTATIC_USE_FINDERS = IS_DEMO
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
MULTITENANT_RELATIVE_MEDIA_ROOT = "sites/%s"
# Faces, certificates, copies of one's data: encrypted, served only by views that write the audit row first.
PRIVATE_ROOT = VAR / "private"
# Where the sealer writes the head of the audit chain; better a place that the database's administrator cannot write.
AUDIT_HEADS = Path(env.text("ZHUXUE_AUDIT_HEADS", str(VAR / "audit" / "heads")))
# Courseware: HLS folders, served by learning.views (nginx in production) to study sessions only.
COURSEWARE_ROOT = VAR / "courseware"
# nginx's internal location of it (`/_courseware/`): then views name the file and nginx sends it. Empty: we send it.
ACCEL = env.text("ZHUXUE_ACCEL", "")
if ACCEL and not (ACCEL.startswith("/") and ACCEL.endswith("/")):
    raise ImproperlyConfigured("ZHUXUE_ACCEL is a path that begins and ends with a slash, or empty.")
# Uploaded videos until they are converted, and scratch: web and `media` workers need the same folder.
UPLOADS_ROOT = Path(env.text("ZHUXUE_UPLOADS", str(VAR / "uploads")))
# How many of `learning.media.LADDER`: one picture size in the demo, two in production.
MEDIA_RENDITIONS = env.integer("ZHUXUE_RENDITIONS", 1 if IS_DEMO else 2)


def _bucket_or_folder(name: str, **folder: object) -> dict[str, object]:
    """Storage in the bucket that `ZHUXUE_<name>_BUCKET` names (credentials as boto3 finds them), else in a folder.

    A name is written over: what is sealed anew keeps its name, and new names are random.
    """
    bucket = env.text(f"ZHUXUE_{name}_BUCKET", "")
    if not bucket:
        options: dict[str, object] = {"base_url": None, **folder}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    options = {
        "bucket_name": bucket,
        "endpoint_url": env.text(f"ZHUXUE_{name}_ENDPOINT", "") or None,
        "region_name": env.text(f"ZHUXUE_{name}_REGION", "") or None,
        "file_overwrite": True,
        "default_acl": None,
        "addressing_style": "path",
        "signature_version": "s3v4",
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": {"BACKEND": "django_tenants.files.storage.TenantFileSystemStorage"},
    "courseware": _bucket_or_folder("COURSEWARE", location=COURSEWARE_ROOT),
    "private": _bucket_or_folder("PRIVATE", location=str(PRIVATE_ROOT), file_permissions_mode=0o600),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_DEMO
        else "servestatic.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- faces, certificates, SMS -----------------------------------------------------------------------------------------
# What `fab models` fetched serves the demo by itself; a production names its engine.
_fetched = face_models.place(VAR)
FACE_ONNX_WEIGHTS = env.text("ZHUXUE_FACE_ONNX_WEIGHTS", str(_fetched) if ENV == "demo" and _fetched.exists() else "")
FACE_ONNX_SHA256 = env.text("ZHUXUE_FACE_ONNX_SHA256", face_models.SHA256)
CERT_SIGNING_P12 = env.text("ZHUXUE_CERT_SIGNING_P12", "")
CERT_SIGNING_PASSWORD = env.text("ZHUXUE_CERT_SIGNING_PASSWORD", "")
# Whether the file register records what it is given; a real register answers later.
REGISTER_ACCEPTS_AT_ONCE = env.flag("ZHUXUE_REGISTER_ACCEPTS_AT_ONCE", IS_DEMO)
SMS_GATEWAY = env.choice("ZHUXUE_SMS_GATEWAY", ("console", "aliyun"), "console" if IS_DEMO else "aliyun")
SMS_SIGNATURE = env.text("ZHUXUE_SMS_SIGNATURE", "广东建教")
# Our template names → the gateway's codes of the reviewed templates: `code=SMS_1 hours_approved=SMS_2 …`.
SMS_TEMPLATES = env.pairs("ZHUXUE_SMS_TEMPLATES")

# --- language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale", ROOT / "locale" / "wagtail"]
USE_I18N = True
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Wagtail --------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "筑学"
WAGTAILADMIN_BASE_URL = PORTAL_URL
WAGTAILADMIN_LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = "/signin/"
WAGTAIL_PASSWORD_REQUIRED_TEMPLATE = "cms/restricted.html"  # noqa: S105
WAGTAILDOCS_PASSWORD_REQUIRED_TEMPLATE = "cms/restricted.html"  # noqa: S105
# A page that moves leaves a redirect in its schema; the middleware asks only for what is a 404 otherwise.
WAGTAILREDIRECTS_AUTO_CREATE = True
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAILADMIN_COMMENTS_ENABLED = False
# Uploads are looked at by their content (cms/uploads.py, ADR 0248).
WAGTAILDOCS_EXTENSIONS = ["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "txt"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 10 * 1024 * 1024  # the web server takes 12 MB (deploy/nginx)
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.upload_forms.DocumentForm"
# Nothing that editors upload is ever drawn by the browser under our host name.
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 8 * 1024 * 1024
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.upload_forms.PictureForm"
# Nobody gets mail from us: what waits stands on the dashboard, what is urgent comes as an SMS.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {"WIDGET": "cms.rich_text.Editor", "OPTIONS": {"features": ["bold", "link"]}},  # a field may name others
}
# Chinese is cut into pairs of characters; PostgreSQL alone finds nothing inside a run of them (ADR 0240).
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "cms.search.backend", "SEARCH_CONFIG": "simple"}}

LOGGING = structured_logging(level=env.text("ZHUXUE_LOG_LEVEL", "INFO"), as_json=not IS_DEMO)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = "uuid"
DJANGO_STRUCTLOG_CELERY_ENABLED = True
SILENCED_SYSTEM_CHECKS = ["captcha.recaptcha_test_key_error"]
