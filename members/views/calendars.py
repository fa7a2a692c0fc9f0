"""Calendars to fetch: of one activity, of the list, and a person's own under a secret address."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from .. import calendars
from ..models import Activity, CalendarFeed

KEPT_SECONDS = 300


def calendar_response(text, name, **cache_control):
    """Return the response with the calendar ``text`` as a file called ``name``; ``cache_control`` as Django takes it."""
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    patch_cache_control(response, **cache_control)
    return response


@require_safe
@conditional_page
def activity_calendar(request, pk):
    """Give one activity that the reader may open, with a known start."""
    activity = get_object_or_404(calendars.with_changes(Activity.objects.reachable(request.user)), pk=pk)
    is_public = activity.audience == Activity.Audience.EVERYONE
    kept = {"public": True, "max_age": KEPT_SECONDS} if is_public else {"private": True, "no_cache": True}
    return calendar_response(calendars.calendar([calendars.Event(activity)]), f"activity-{pk}", **kept)


@require_safe
@conditional_page
def list_calendar(request):
    """Give the activities that everyone may see, whoever asks: what subscribes has no session."""
    return calendar_response(calendars.of_list(), "activities", public=True, max_age=KEPT_SECONDS)


@require_safe
@conditional_page
def own_calendar(request, token):
    """Give what the person is signed up for to whoever knows the address."""
    feed = calendars.feed_of(token)
    if feed is None:
        raise Http404("no such feed")
    response = calendar_response(calendars.of_person(feed.user), "sign-ups", private=True, no_cache=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_page(request):
    """Show the reader's secret address; make it, make it anew, or revoke it."""
    if request.method == "POST":
        if request.POST.get("do") == "revoke":
            CalendarFeed.objects.filter(user=request.user).delete()
            messages.success(request, _("The address opens nothing any more."))
        else:
            CalendarFeed.objects.renew(request.user)
            messages.success(request, _("The address is made. Enter it in your calendar."))
        return redirect("mine:calendar")
    feed = CalendarFeed.objects.filter(user=request.user).first()
    address = feed and settings.PORTAL_URL + reverse("mine:calendar_feed", args=[calendars.token_of(feed)])
    context = {
        "feed": feed,
        "address": address,
        "subscribe_url": address and "webcal:" + address.partition(":")[2],
        "has_left": calendars.has_left(request.user),
    }
    return render(request, "members/mine/calendar.html", context)
