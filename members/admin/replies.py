"""The replies to an item: who answered what, who of those addressed has not, and the list to take along."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

import audit
from audit.actions import Action
from files import enclosures
from publishing import permissions
from publishing.models import Dossier, Question
from publishing.questions import enclosure_of, file_names, in_words

from .. import replies, tables
from ..models import Organisation, Reply


@admin.register(Reply)
class ReplyAdmin(admin.ModelAdmin):
    """No list of all replies: each is seen on the page of its item, by those who may publish it."""

    def has_module_permission(self, request):
        return False

    def has_permission_to_nothing(self, request, obj=None):
        return False

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission = has_permission_to_nothing

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("of/<number:pk>/", wrap(self.list_view), name="members_reply_of"),
            path("of/<number:pk>/export/<slug:format>/", wrap(self.export_view), name="members_reply_export"),
            path(
                "of/<number:pk>/<number:reply_pk>/<number:question_pk>/",
                wrap(self.file_view),
                name="members_reply_file",
            ),
            *super().get_urls(),
        ]

    @method_decorator(never_cache)
    @method_decorator(require_safe)
    def list_view(self, request, pk):
        item = item_of(request, pk)
        questions, rows = list(item.dossier.questions.all()), replies_to(item)
        names = file_names(questions, [row.answers for row in rows])
        missing = list(missing_of(item, rows))
        opts = item._meta
        context = {
            **self.admin_site.each_context(request),
            "title": _("Replies"),
            "opts": opts,
            "item": item,
            "item_url": reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[pk]),
            "questions_url": reverse(f"admin:{opts.app_label}_{opts.model_name}_questions", args=[pk]),
            "questions": questions,
            "rows": [
                (row, [self._answer(row, *answer) for answer in in_words(questions, row.answers, names)])
                for row in rows
            ],
            "missing": missing,
            "exports": [
                (format.upper(), reverse("admin:members_reply_export", args=[pk, format])) for format in tables.FORMATS
            ],
        }
        return TemplateResponse(request, "admin/members/replies.html", context)

    def _answer(self, row, question, words):
        """Return (words, address of the file or "")."""
        if not words or question.kind != Question.Kind.FILE:
            return words, ""
        return words, reverse("admin:members_reply_file", args=[row.dossier_id, row.pk, question.pk])

    @method_decorator(never_cache)
    @method_decorator(require_POST)
    def export_view(self, request, pk, format):
        """Give the list as a file, and record that it was given."""
        item = item_of(request, pk)
        if format not in tables.FORMATS:
            raise Http404("no such format")
        columns, rows = table_of(item)
        with transaction.atomic():
            audit.record(request.user, Action.REPLIES_EXPORTED, item=item.pk, format=format, rows=len(rows))
        return tables.response(_("Replies %(number)s") % {"number": item.pk}, format, columns, rows)

    @method_decorator(never_cache)
    @method_decorator(require_safe)
    def file_view(self, request, pk, reply_pk, question_pk):
        item_of(request, pk)
        row = get_object_or_404(Reply, pk=reply_pk, dossier=pk)
        enclosure = enclosure_of(get_object_or_404(Question, pk=question_pk, dossier=pk), row.answers)
        if enclosure is None:
            raise Http404("no file")
        return enclosures.response(enclosure, request)


def item_of(request, pk):
    """Return the item, of a kind that takes replies, of a person who may publish it."""
    dossier = get_object_or_404(Dossier, pk=pk, subject__in=[model.subject() for model in replies.models()])
    item = dossier.item
    if not request.user.has_perm(permissions.codename(type(item), "publish"), item):
        raise PermissionDenied
    return item


def replies_to(item):
    rows = Reply.objects.filter(dossier=item.pk).select_related("organisation__member_group", "by")
    return list(rows.order_by("replied_at", "pk"))


def missing_of(item, rows):
    """Return the organisations (queryset with_contact) that are addressed and not among the replies ``rows``."""
    answered = [row.organisation_id for row in rows]
    missing = replies.addressed(item).exclude(pk__in=answered).with_contact()
    return missing.select_related("member_group").order_by("member_group__order", "member_group__name", "name")


def table_of(item):
    """Return (columns, rows) of all that replied or should: see members.tables."""
    questions, given = list(item.dossier.questions.all()), replies_to(item)
    names = file_names(questions, [row.answers for row in given])
    columns = [
        _("Organisation"), _("Member group"), _("Main contact"), _("telephone"), _("Replied"), _("Replied by"),
        _("Mobile phone"), _("Replied at"), _("Changed at"), *(question.text for question in questions),
    ]  # fmt: skip
    contacts = dict(
        Organisation.objects.filter(replies__dossier=item.pk).with_contact().values_list("pk", "contact_name")
    )
    rows = []
    for row in given:
        answers = [words for _question, words in in_words(questions, row.answers, names)]
        rows.append([
            *_cells(row.organisation, contacts[row.organisation_id]), True, row.by and str(row.by), row.by and row.by.phone,
            row.replied_at, row.changed_at, *answers,
        ])  # fmt: skip
    for organisation in missing_of(item, given):
        nothing = [None] * (4 + len(questions))
        rows.append([*_cells(organisation, organisation.contact_name), False, *nothing])
    return columns, rows


def _cells(organisation, contact):
    group = organisation.member_group
    return [organisation.name, group and group.name, contact, organisation.telephone]
