"""Addresses of pages. Each page's module brings its own."""

from importlib import import_module

from django.urls import include, path

PAGES = (
    "home",
    "people",
    "setup",
    "calendar",
    "queues",
    "comes_again",
    "calendar_marks",
    "calendar_feed",
    "calendar_paper",
    "bulk",
    "composer",
    "ideas",
    "captions",
    "imports",
    "grid",
    "library",
    "library_files",
    "approvals",
    "pauses",
    "by_hand",
    "in_doubt",
    "approval_rules",
    "threads",
    "client_links",
    "client",
    "inbox",
    "pending_replies",
    "listening",
    "results",
    "promotions",
    "strategy",
    "campaigns",
    "campaign_copies",
    "research",
    "channels",
    "team",
    "journal",
    "preferences",
    "gate",
    "worth",
    "reaching",
    "health",
    "live",
    "manifest",
    "gallery",
    "search",
)

urlpatterns = [
    path("", include(import_module(f"clarion.interfaces.web.{page}"))) for page in PAGES
]
