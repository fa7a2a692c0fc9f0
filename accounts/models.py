"""People who sign in, and the reader groups that decide what they may read."""

from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as PackagedUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .names import PHONE, folded


class UserManager(PackagedUserManager):
    def get_by_natural_key(self, name):
        """Return who signs in as ``name`` (str, as typed): by user name, else by e-mail address or mobile phone.

        DoesNotExist if that is nobody, or more than one: e-mail addresses may differ by case alone. All in one query, so
        that known and unknown names take the same time.
        """
        name = name[:255]  # longer than any name; SQLite refuses to look for much longer ones
        spelled = folded(name) or "-"  # no account is found by the phone that it lacks
        found = list(self.filter(Q(username=name) | Q(email__iexact=name.strip()) | Q(phone=spelled)))
        people = [user for user in found if user.username == name] or [
            user for user in found if spelled in (folded(user.email), user.phone)
        ]
        if len(people) != 1:
            raise self.model.DoesNotExist
        return people[0]


class User(AbstractUser):
    """A person with a sign-in: staff or member."""

    # One name field: Chinese names are not split into a first and a last name in forms or lists.
    first_name = None
    last_name = None
    name = models.CharField(_("full name"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("mobile phone"), max_length=20, blank=True)
    objects = UserManager()

    # Set by SecondFactorMiddleware for one request: staff who have yet to prove who they are, and may do nothing until then.
    must_prove_identity = False

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=~Q(email=""),
                name="accounts_user_email_is_unique",
                violation_error_message=_("Another account has this e-mail address."),
            ),
            models.UniqueConstraint(
                fields=["phone"],
                condition=~Q(phone=""),
                name="accounts_user_phone_is_unique",
                violation_error_message=_("Another account has this mobile phone."),
            ),
        ]

    def __str__(self):
        return self.name or self.username

    def clean(self):
        """Fold the phone, and refuse what another account signs in with; constraints see only what is alike to the letter."""
        super().clean()
        self.phone = folded(self.phone)
        others = User.objects.exclude(pk=self.pk)
        errors = {}
        if self.email and others.filter(Q(email__iexact=self.email) | Q(username__iexact=self.email)).exists():
            errors["email"] = _("Another account has this e-mail address.")
        if self.phone and not PHONE.fullmatch(self.phone):
            errors["phone"] = _("Please enter a phone number, digits only, for example 13800000000.")
        elif self.phone and others.filter(Q(phone=self.phone) | Q(username=self.phone)).exists():
            errors["phone"] = _("Another account has this mobile phone.")
        if errors:
            raise ValidationError(errors)

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name or self.username

    def has_perm(self, perm, obj=None):
        return not self.must_prove_identity and super().has_perm(perm, obj)

    def has_module_perms(self, app_label):
        return not self.must_prove_identity and super().has_module_perms(app_label)

    def note_change(self, by, *fields):
        """Note in the log of Django's admin, which the audit log follows, that ``by`` (User) changed ``fields`` (English)."""
        LogEntry.objects.log_actions(by.pk, [self], CHANGE, [{"changed": {"fields": list(fields)}}], single_object=True)


class Session(AbstractBaseSession):
    """A browser in which somebody is signed in, or has begun to.

    Kept until it expires: whose it is, the address it was last used from, what the browser said it is, and when.
    """

    LONGEST_AGENT = 400

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=LONGEST_AGENT, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def save(self, *args, **options):
        if options.get("force_update"):  # the store knows what a session holds, not where it is used
            options["update_fields"] = ["session_data", "expire_date", "user"]
        super().save(*args, **options)

    @classmethod
    def get_session_store_class(cls):
        from .sessions import SessionStore  # which imports this module

        return SessionStore


class SecondFactorQuerySet(models.QuerySet):
    def locked(self):
        """Return the rows, each kept from others until the transaction ends, so that no code is good twice."""
        return self.select_for_update()


class SecondFactor(models.Model):
    """An authenticator app that a person signs in with besides the password (accounts/second_factor.py)."""

    user = models.OneToOneField(User, models.CASCADE, related_name="second_factor")
    seed = models.CharField(max_length=40)  # with the key in the settings it gives the secret; alone it gives nothing
    last_step = models.BigIntegerField()  # of the last code that was accepted: codes up to it are not good any more
    created_at = models.DateTimeField(default=timezone.now)
    objects = SecondFactorQuerySet.as_manager()

    def __str__(self):
        return str(self.user)


class RecoveryCode(models.Model):
    """A code that is good once instead of the app's. Kept as a keyed digest; deleted when it is used."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)  # HMAC-SHA256 in hexadecimal

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["factor", "digest"], name="accounts_recovery_codes_are_distinct")
        ]

    def __str__(self):
        return self.digest[:8]


class AttemptCountQuerySet(models.QuerySet):
    def locked(self):
        """Return the counts, each kept from others until the transaction ends; SQLite keeps all from its beginning."""
        return self.select_for_update()

    def purge(self, at):
        """Delete the counts that say nothing any more at ``at`` (aware datetime), a hundred at a time."""
        old = self.select_for_update(skip_locked=True).filter(last_at__lte=at - AttemptCount.KEPT)
        self.filter(pk__in=list(old.values_list("pk", flat=True)[:100])).delete()


class AttemptCount(models.Model):
    """How often something was tried that only so many tries are allowed for (accounts/limits.py).

    Kept: a keyed digest of what is counted, such as a network address and the name that was typed there, from which
    neither can be read back; the count; its first and last moment. A count is deleted a day after the last attempt, by
    the next one, whoever's it is.
    """

    KEPT = timedelta(days=1)

    digest = models.CharField(max_length=64, unique=True)  # HMAC-SHA256 in hexadecimal
    count = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    objects = AttemptCountQuerySet.as_manager()

    def __str__(self):
        return f"{self.digest[:8]}: {self.count}"


class ReaderGroupQuerySet(models.QuerySet):
    def for_reader(self, user, on):
        """Return the groups that ``user`` belongs to on the day ``on`` (date)."""
        return self.filter(memberships__in=ReaderGroupMembership.objects.current(on).filter(user=user))

    def with_people_count(self, on=None):
        """Add ``people_count``, how many people belong to the group on the day ``on`` (date, default today)."""
        current = ReaderGroupMembership.objects.current(on).filter(group=OuterRef("pk")).order_by()
        counted = current.values("group").annotate(count=Count("user", distinct=True)).values("count")
        return self.annotate(people_count=Coalesce(Subquery(counted), 0))


class ReaderGroup(models.Model):
    """A set of people for whom an item can be reserved, such as all members or one member group."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    objects = ReaderGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("reader group")
        verbose_name_plural = _("reader groups")
        ordering = ["name"]

    def __str__(self):
        return self.name


class ReaderGroupMembershipQuerySet(models.QuerySet):
    def current(self, on=None):
        """Return the memberships that hold on the day ``on`` (date, default today in Shanghai)."""
        on = on or timezone.localdate()
        return self.filter(Q(last_on__isnull=True) | Q(last_on__gte=on), first_on__lte=on)


class ReaderGroupMembership(models.Model):
    """A person's stay in a reader group, with its first and last day; it ends by date alone."""

    group = models.ForeignKey(ReaderGroup, models.CASCADE, related_name="memberships", verbose_name=_("reader group"))
    user = models.ForeignKey(User, models.CASCADE, related_name="reader_memberships", verbose_name=_("person"))
    first_on = models.DateField(_("first day"), default=timezone.localdate)
    last_on = models.DateField(_("last day"), null=True, blank=True, help_text=_("Empty: until further notice."))
    objects = ReaderGroupMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("group membership")
        verbose_name_plural = _("group memberships")
        ordering = ["group", "first_on", "pk"]
        indexes = [models.Index(fields=["user", "group", "first_on", "last_on"], name="accounts_membership_current")]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("first_on")),
                name="accounts_membership_ends_after_its_start",
                violation_error_message=_("The last day cannot lie before the first day."),
            )
        ]

    def __str__(self):
        return f"{self.user} – {self.group}"
