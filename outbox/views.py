"""A person's own messages; nobody else's address answers."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import ListView

from .models import Message


@method_decorator(never_cache, name="dispatch")
class MessageListView(LoginRequiredMixin, ListView):
    template_name = "outbox/message_list.html"
    paginate_by = 20

    def get_queryset(self):
        return Message.objects.filter(to=self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        newest = self.object_list.first()
        unread_count = Message.objects.unread_by(self.request.user).count()
        return {**context, "newest": newest, "unread_count": unread_count, "trail": trail()}


@never_cache
@login_required
@require_safe
def message_detail(request, pk):
    """Lead to what the message is about, or show it where it says all there is; either way it has been read."""
    message = get_object_or_404(Message, pk=pk, to=request.user)
    Message.objects.filter(pk=message.pk).mark_read()
    if message.url:
        return redirect(message.url)
    return render(request, "outbox/message_detail.html", {"message": message, "trail": trail(message)})


@never_cache
@login_required
@require_POST
def mark_all_read(request, newest):
    """Mark the messages up to the ``newest`` that the page showed; one that came since stays unread."""
    Message.objects.filter(to=request.user, pk__lte=newest).mark_read()
    return redirect("outbox:message_list")


def trail(message=None):
    steps = [(_("Home"), reverse("home")), (_("Messages"), reverse("outbox:message_list"))]
    if message:
        return [*steps, (message.subject, None)]
    return [steps[0], (steps[1][0], None)]
