"""Member groups (会员大组), and the reader groups that stand for them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import ReaderGroup, ReaderGroupMembership

ALL_MEMBERS = "全体会员"  # the name of a reader group: data that staff see, so it stands here once


class MemberGroupQuerySet(models.QuerySet):
    def with_counts(self, on=None):
        """Add ``member_count``, the organisations whose membership holds on the day ``on`` (date, default today),
        grace included, and ``people_count``, those who read as the group's on that day.
        """
        from .organisations import Organisation

        members = Organisation.objects.members(on).filter(member_group=OuterRef("pk")).order_by()
        readers = ReaderGroupMembership.objects.current(on).filter(group__of_members__member_group=OuterRef("pk"))
        return self.annotate(
            member_count=_counted(members, "member_group", "pk"),
            people_count=_counted(readers.order_by(), "group", "user"),
        )


def _counted(queryset, by, counted):
    numbers = queryset.values(by).annotate(number=Count(counted, distinct=True)).values("number")
    return Coalesce(Subquery(numbers), 0)


class MemberGroup(models.Model):
    """A member group (会员大组), such as 机械大组."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    introduction = models.TextField(
        _("introduction"), blank=True, max_length=2000, help_text=_("Plain text for the page of the group.")
    )
    contact = models.CharField(
        _("contact"), blank=True, max_length=120, help_text=_("Whom members of the group turn to. Shown to everyone.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    objects = MemberGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("member group")
        verbose_name_plural = _("member groups")
        ordering = ["order", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("organisations:group_detail", args=[self.pk])

    def clean(self):
        """Refuse a name that its reader group cannot take; one that staff made for a group without any is taken over."""
        namesakes = ReaderGroup.objects.filter(name=self.name)
        mine = ReaderGroup.objects.filter(of_members__member_group=self.pk) if self.pk else ReaderGroup.objects.none()
        taken = namesakes if mine.exists() else namesakes.filter(of_members__isnull=False)
        if taken.exclude(pk__in=mine.values("pk")).exists():
            raise ValidationError({"name": _("A reader group has this name already. Choose another name.")})


class ReadersOfMembers(models.Model):
    """Says which reader group stands for a member group; without a member group, the one for all members."""

    reader_group = models.OneToOneField(ReaderGroup, models.PROTECT, primary_key=True, related_name="of_members")
    member_group = models.OneToOneField(MemberGroup, models.CASCADE, null=True, related_name="readers")

    class Meta:
        default_permissions = ()
        verbose_name = _("reader group of members")
        verbose_name_plural = _("reader groups of members")
        constraints = [
            models.UniqueConstraint(Coalesce("member_group", 0), name="members_one_reader_group_is_for_all_members")
        ]

    def __str__(self):
        return str(self.reader_group)


class ReaderRow(models.Model):
    """The mark of a group membership that follows from a person's organisations; those without it staff made by hand."""

    membership = models.OneToOneField(
        ReaderGroupMembership, models.CASCADE, primary_key=True, related_name="of_members"
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("group membership of a member")
        verbose_name_plural = _("group memberships of members")

    def __str__(self):
        return str(self.membership)
