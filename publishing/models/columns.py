"""Columns (栏目) and labels: how items are filed, and who works in which column."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import permissions, subjects


class ColumnQuerySet(models.QuerySet):
    def for_subject(self, subject):
        return self.filter(subject=subject)

    def within_reach(self, user, action):
        """Return the columns on whose items the roles of ``user`` allow ``action``, such as "change"."""
        reach, allowed = permissions.reach(user), models.Q(pk__in=[])
        for model in subjects.models():
            columns = reach.columns(permissions.codename(model, action))
            if columns is permissions.EVERYWHERE:
                allowed |= models.Q(subject=model.subject())
            elif columns:
                allowed |= models.Q(pk__in=columns)
        return self.filter(allowed)


class Column(models.Model):
    """A place in a subject's tree where items are filed and listed."""

    class ListStyle(models.TextChoices):
        DATED = "dated", _("Titles with dates")
        PICTURED = "pictured", _("Titles with pictures")
        FILES = "files", _("Titles with files to download")

    class ReviewSteps(models.IntegerChoices):
        NONE = 0, _("none: publishers publish directly")
        ONE = 1, _("one: final review")
        TWO = 2, _("two: first and final review")
        THREE = 3, _("three: first, second and final review")

    subject = models.CharField(_("subject"), max_length=20, choices=subjects.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent column")
    )
    title = models.CharField(_("title"), max_length=40)
    description = models.CharField(
        _("description"), max_length=200, blank=True, help_text=_("One sentence under the title of the list.")
    )
    list_style = models.CharField(_("list style"), max_length=10, choices=ListStyle.choices, default=ListStyle.DATED)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    review_steps = models.PositiveSmallIntegerField(
        _("steps of review"),
        choices=ReviewSteps.choices,
        default=ReviewSteps.THREE,
        help_text=_("How many people pass a text of this column before readers see it."),
    )
    objects = ColumnQuerySet.as_manager()

    class Meta:
        verbose_name = _("column")
        verbose_name_plural = _("columns")
        ordering = ["subject", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "parent", "title"],
                name="publishing_column_title_is_unique_under_its_parent",
                violation_error_message=_("There is already a column with this title here."),
            ),
            models.UniqueConstraint(  # NULL equals no NULL, so the columns without a parent need a rule of their own
                fields=["subject", "title"],
                condition=models.Q(parent__isnull=True),
                name="publishing_column_title_is_unique_at_the_top",
                violation_error_message=_("There is already a column with this title here."),
            ),
            models.CheckConstraint(
                condition=models.Q(review_steps__range=(0, 3)), name="publishing_column_has_at_most_three_reviews"
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("pk")),
                name="publishing_column_is_not_its_own_parent",
            ),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        seen = {self.pk}
        ancestor = self.parent
        while ancestor is not None:
            if ancestor.pk in seen:
                raise ValidationError({"parent": _("A column cannot lie under itself.")})
            if ancestor.subject != self.subject:
                raise ValidationError({"parent": _("The parent column belongs to another subject.")})
            seen.add(ancestor.pk)
            ancestor = ancestor.parent

    def get_absolute_url(self):
        """Return the address of the column's list: the subject's list, narrowed to the column."""
        return f"{subjects.model_for(self.subject).list_url()}?column={self.pk}"

    @property
    def ancestors(self):
        """The columns above this one, outermost first."""
        chain = []
        column = self.parent
        while column is not None:
            chain.insert(0, column)
            column = column.parent
        return chain

    def subtree_pks(self):
        """Return the primary keys of this column and all below it, with one query."""
        children = {}
        for pk, parent in Column.objects.filter(subject=self.subject).values_list("pk", "parent_id"):
            children.setdefault(parent, []).append(pk)
        found, waiting = [], [self.pk]
        while waiting:
            pk = waiting.pop()
            found.append(pk)
            waiting.extend(children.get(pk, ()))
        return found


class ColumnRole(models.Model):
    """A role that a person holds in one column and in all below it; a role for all columns is a group of his account."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="column_roles", verbose_name=_("person")
    )
    role = models.ForeignKey("auth.Group", models.CASCADE, related_name="+", verbose_name=_("role"))
    column = models.ForeignKey(Column, models.CASCADE, related_name="+", verbose_name=_("column"))

    class Meta:
        verbose_name = _("role in a column")
        verbose_name_plural = _("roles in columns")
        ordering = ["user", "column", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "column"],
                name="publishing_role_is_held_once_in_a_column",
                violation_error_message=_("The person holds this role in this column already."),
            )
        ]

    def __str__(self):
        return f"{self.user} · {self.role} · {self.column}"


class Label(models.Model):
    """A short mark such as 上海 or 会员大组活动, shown as a chip and offered as a filter; titles stay clean of it."""

    class Axis(models.TextChoices):
        REGION = "region", _("Region or issuer")
        TOPIC = "topic", _("Kind of activity or topic")

    axis = models.CharField(_("axis"), max_length=10, choices=Axis.choices)
    name = models.CharField(_("name"), max_length=20)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["axis", "order", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["axis", "name"],
                name="publishing_label_is_unique_on_its_axis",
                violation_error_message=_("There is already such a label."),
            )
        ]

    def __str__(self):
        return self.name
