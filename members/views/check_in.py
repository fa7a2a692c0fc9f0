"""The page at the door: a code, the end of a telephone number or a name, and who has come."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from publishing.permissions import codename

from .. import check_in
from ..models import Activity, SignUp
from ..signing_up import Refused

TAIL = 4  # figures of a telephone number
LONGEST_LIST = 200  # rows; a longer one is searched
LATEST = 5  # who came last, to be undone
LONGEST_WORDS = 60  # characters


@dataclass
class Result:
    """What the door says, in one colour and in words."""

    tone: str  # "green", "ochre", "red", or "plain" where nothing was done yet
    headline: str
    sign_up: SignUp | None = None  # whose name is shown
    text: str = ""
    can_undo: bool = False
    is_ready: bool = False  # to be confirmed


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_in_page(request, pk):
    """Check people in. Reading never changes anything, so that a telephone's own camera may open the code's address."""
    activity = get_object_or_404(Activity.objects.select_related("column__parent__parent"), pk=pk)
    if not request.user.has_perm(codename(Activity, "publish"), activity):
        raise Http404("not at this door")
    at = timezone.now()
    typed = (request.POST if request.method == "POST" else request.GET).get("code", "").replace("\0", "").strip()
    candidates = []
    if request.method == "POST":
        result, candidates = answer(request, activity, typed, at)
    else:
        result = outlook(activity, typed, at) if typed else None
    words = request.GET.get("words", "").replace("\0", "").strip()[:LONGEST_WORDS]
    expected = check_in.expected(activity)
    counts = expected.order_by().aggregate(
        total=Count("pk"), arrived=Count("pk", filter=Q(checked_in_at__isnull=False))
    )
    missing = expected.filter(checked_in_at__isnull=True)
    if words:
        missing = missing.filter(Q(person__name__icontains=words) | Q(organisation__name__icontains=words))
    missing_count = missing.count() if words else counts["total"] - counts["arrived"]
    context = {
        "activity": activity,
        "result": result,
        "candidates": candidates,
        # A code that did its work leaves the field empty for the next one.
        "typed": typed[: check_in.LONGEST_TYPED] if result and (result.tone == "red" or result.is_ready) else "",
        "counts": counts,
        "words": words,
        "missing": missing[:LONGEST_LIST],
        "missing_count": missing_count,
        "missing_beyond": max(0, missing_count - LONGEST_LIST),
        "latest": expected.filter(checked_in_at__isnull=False).order_by("-checked_in_at", "-pk")[:LATEST],
        "trail": [
            (_("Home"), reverse("home")),
            (Activity._meta.app_config.verbose_name, Activity.list_url()),
            (_("Check-in"), None),
        ],
    }
    return render(request, "members/check_in.html", context)


def answer(request, activity, typed, at):
    """Do what was posted; return (Result, SignUps to choose from)."""
    sign_up = None
    try:
        if pk := number(request.POST.get("undo", "")):
            sign_up = found(pk)
            return Result("ochre", _("Check-in undone"), check_in.undo(activity, sign_up, request.user)), []
        if pk := number(request.POST.get("sign_up", "")):
            sign_up = found(pk)
        elif not typed:
            return Result("red", _("Nothing was entered"), text=_("Please scan or type a code.")), []
        elif len(typed) == TAIL and typed.isdecimal():
            candidates = by_phone(activity, f"{int(typed):0{TAIL}}")
            if len(candidates) > 1:
                return Result("plain", _("Several people: please choose")), candidates
            [sign_up] = candidates
        else:
            sign_up = check_in.read_code(typed)
        sign_up, is_first = check_in.check_in(activity, sign_up, request.user, at)
    except Refused as refused:
        return refusal(refused, sign_up), []
    return (Result("green", _("Checked in"), sign_up, can_undo=True) if is_first else already(sign_up, at)), []


def outlook(activity, typed, at):
    """Return the Result for a code that was opened by its address and not confirmed yet."""
    sign_up = None
    try:
        sign_up = check_in.read_code(typed)
        if objection := check_in.objection(activity, sign_up, at):
            return refusal(objection, sign_up)
    except Refused as refused:
        return refusal(refused, sign_up)
    if sign_up.checked_in_at:
        return already(sign_up, at)
    return Result("plain", _("Has a place"), sign_up, is_ready=True)


def refusal(refused, sign_up):
    return Result("red", _("Not checked in"), sign_up, refused.message)


def already(sign_up, at):
    since = check_in.time_in_words(sign_up.checked_in_at, at)
    text = _("In since %(time)s. Nothing was changed.") % {"time": since}
    return Result("ochre", _("Already checked in"), sign_up, text, can_undo=True)


def by_phone(activity, tail):
    """Return the SignUps whose people's telephone number ends in ``tail``: who has a place, else the newest other one."""
    rows = SignUp.objects.filter(activity=activity, person__phone__endswith=tail)
    rows = rows.select_related("activity", "person", "organisation").order_by("person__name", "pk")
    people = list(rows.confirmed()) or list(rows.order_by("-pk")[:1])
    if not people:
        text = _("Nobody who is signed up here has a telephone number that ends in %(tail)s.") % {"tail": tail}
        raise Refused(text, code="no_phone")
    return people


def found(pk):
    """Return the SignUp, of whatever activity: the verbs refuse those of others in words."""
    sign_up = check_in.found(pk)
    if sign_up is None:
        raise Refused(_("This sign-up does not exist any more."), code="gone")
    return sign_up


def number(text):
    """Return the whole number that ``text`` spells, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
