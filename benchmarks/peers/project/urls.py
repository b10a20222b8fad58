"""The peer's own routes, at the root."""

from django.conf import settings  # type: ignore[import-not-found]
from django.urls import include, path  # type: ignore[import-not-found]

urlpatterns = [path("", include(f"{settings.PEER_APP}.urls"))]
