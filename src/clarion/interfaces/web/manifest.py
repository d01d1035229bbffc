"""What a phone needs to put Clarion on its home screen.

A view, because only files with a hash in their name are served and a static manifest could not
name them.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import path

PAPER, PINE = "#f4f2ee", "#0f5f5a"


def manifest(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django hands it over
    icons = [
        {"src": static(f"img/touch-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    said = {
        "name": "Clarion",
        "short_name": "Clarion",
        "start_url": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PINE,
        "icons": [*icons, {"src": static("img/mark.svg"), "sizes": "any"}],
    }
    return JsonResponse(said, content_type="application/manifest+json")


urlpatterns = [path("site.webmanifest", manifest, name="manifest")]
