"""The frames of a story as one file, in their order, for whoever posts them by hand."""

from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from clarion.content.frames import frames, packed
from clarion.content.models import Variant
from clarion.interfaces.web.door import Request, own, page


@require_GET
@page
def download(request: Request, pk: int) -> HttpResponse:
    rows = Variant.objects.select_related("channel__workspace", "post__workspace")
    variant = own(rows, request, pk=pk, path="channel__workspace")
    story = frames(variant)
    if not story:
        raise Http404
    try:
        pack = packed(story)
    except FileNotFoundError:
        raise Http404 from None
    name = f"frames-{variant.post_id}-{variant.channel_id}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(pack, content_type="application/zip", headers=headers)


urlpatterns = [path("w/<slug:ws>/variants/<int:pk>/frames/", download, name="frames")]
