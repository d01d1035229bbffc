"""Every address. Pages for people, JSON for programs."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("clarion.interfaces.api.urls")),
    path("", include("clarion.interfaces.web.urls")),
]
handler400 = "clarion.interfaces.web.middleware.bad_request"
handler403 = "clarion.interfaces.web.middleware.forbidden"
handler404 = "clarion.interfaces.web.middleware.not_found"
handler500 = "clarion.interfaces.web.middleware.broken"
