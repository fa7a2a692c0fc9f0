"""The log and its head. Nothing here can be changed or deleted, neither through the models nor by raw SQL (triggers)."""

import hashlib
import json
from datetime import UTC

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .actions import Action
from .middleware import origin


class AppendOnly(Exception):
    """Somebody tried to change or delete what the log holds, or to write into it by the side door."""

    def __init__(self):
        super().__init__("The audit log is append-only: write to it with audit.record().")


class Head(models.Model):
    """One row: the number and the digest of the newest entry. Whoever holds its lock writes the next one."""

    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audit_there_is_one_head")]

    def __str__(self):
        return f"{self.number} {self.digest}"

    @classmethod
    def locked(cls):
        """Return the head (Head), locked until the end of the transaction; outside of one raise TransactionManagementError."""
        rows = cls.objects.select_for_update().filter(pk=1)
        head = rows.first()
        if head is None:
            cls.objects.get_or_create(pk=1)  # another first entry may make it at the same moment
            head = rows.get()
        return head


class EntryQuerySet(models.QuerySet):
    def refuse(self, *args, **kwargs):
        raise AppendOnly

    # Times follow the numbers, so two look-ups in the index of times make a range of numbers, the order in which the log
    # is read; asked by time alone, a database sorts all that it finds. Where a clock was set back,
    # the edge of a day is as blurred as the clock was.

    def since(self, moment):
        """Return what was written at ``moment`` (aware datetime) or later."""
        first = Entry.objects.filter(at__gte=moment).order_by("at").values_list("number", flat=True).first()
        return self.none() if first is None else self.filter(number__gte=first, at__gte=moment)

    def before(self, moment):
        """Return what was written before ``moment`` (aware datetime)."""
        last = Entry.objects.filter(at__lt=moment).order_by("-at").values_list("number", flat=True).first()
        return self.none() if last is None else self.filter(number__lte=last, at__lt=moment)

    update = delete = bulk_create = bulk_update = refuse
    refuse.alters_data = True  # never to be called by a template


class Entry(models.Model):
    """One thing that was done. ``digest`` covers all other fields, and through ``previous`` every entry before."""

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("time"), db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # the index below begins with it
        verbose_name=_("person"),
    )
    # One of Action; the field does not know the choices, so that a new word needs no migration.
    action = models.CharField(_("action"), max_length=30)
    # No foreign key: the log outlives what it tells of.
    item = models.PositiveBigIntegerField(_("item"), null=True, blank=True)
    origin = models.CharField(_("address of origin"), max_length=45, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    previous = models.CharField(_("digest of the entry before"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("audit log")
        ordering = ["-number"]
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["item", "number"], name="audit_by_item"),
            models.Index(fields=["action", "number"], name="audit_by_action"),
            models.Index(fields=["by", "number"], name="audit_by_person"),
        ]

    def __str__(self):
        return f"{self.number} {self.action_label}"

    def save(self, **kwargs):
        """Seal the entry: give it the next number, chain it to the one before and move the head. Works once."""
        if not self._state.adding:
            raise AppendOnly
        self.action, self.facts, self.origin = Action(self.action).value, plain(self.facts), origin()
        if not transaction.get_connection().in_atomic_block:
            raise transaction.TransactionManagementError("What the log tells of and its entry need one transaction.")
        head = Head.locked()
        self.number, self.previous = head.number + 1, head.digest
        self.at = timezone.now()  # under the lock: times follow the numbers
        self.digest = self.compute_digest()
        super().save(force_insert=True)
        head.number, head.digest = self.number, self.digest
        head.save(update_fields=["number", "digest"])

    def delete(self, *args, **kwargs):
        raise AppendOnly

    @property
    def action_label(self):
        """The action in the reader's language; the bare word if this version of the portal does not know it."""
        try:
            return Action(self.action).label
        except ValueError:
            return self.action

    def compute_digest(self):
        """Return the SHA-256 (64 hexadecimal digits) over what the entry says, from whichever database it was read."""
        said = {
            "number": self.number,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "by": self.by_id,
            "action": self.action,
            "item": self.item,
            "origin": self.origin,
            "facts": self.facts,
            "previous": self.previous,
        }
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def plain(facts):
    """Return ``facts`` (dict) as reading them back from either database will give them: texts, whole numbers, lists, dicts.

    Raises TypeError for what JSON cannot say, and for floats, which PostgreSQL spells in its own way.
    """

    def refuse(number):
        raise TypeError(f"{number} in the facts: say it as a text or as a whole number.")

    return json.loads(DjangoJSONEncoder().encode(facts), parse_float=refuse, parse_constant=refuse)
