import os

from django.db import connection
from django.http import HttpResponse
from django.templatetags.static import static
from django.urls import path


def hello(request):
    release = os.environ.get("DEIS_RELEASE", "no release")
    return HttpResponse(
        f'<!doctype html><link rel="stylesheet" href="{static("style.css")}">'
        f"<p>Hello from Django, release {release}, on {connection.vendor}</p>\n"
    )


urlpatterns = [path("", hello)]
