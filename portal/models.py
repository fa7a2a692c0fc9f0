"""What composes the portal: pages, the home page's blocks, navigation, banners, links and the site's own facts."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from publishing.models import Column, Publishable


class Page(Publishable):
    """A static page, such as "About us", with a name in its address."""

    versioned = (*Publishable.versioned, "is_to_be_completed")
    is_listed_beside = False
    immediate = ("slug",)

    slug = models.SlugField(
        _("name in the address"), max_length=40, unique=True, help_text=_("Latin letters, such as about.")
    )
    is_to_be_completed = models.BooleanField(
        _("to be completed"), default=False, help_text=_("A ribbon tells readers that the text is a draft.")
    )

    class Meta(Publishable.Meta):
        verbose_name = _("static page")
        verbose_name_plural = _("static pages")

    def get_absolute_url(self):
        return reverse("portal:page_detail", args=[self.slug])

    @classmethod
    def list_url(cls):
        return reverse("home")


class SiteSettings(models.Model):
    """The site's own facts; one row."""

    name = models.CharField(_("name of the association"), max_length=40, default="上海市质量协会")
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    description = models.CharField(
        _("description"), max_length=200, blank=True, help_text=_("For search engines and shared links.")
    )
    address = models.CharField(_("address"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    hours = models.CharField(_("office hours"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    icp_number = models.CharField(
        _("ICP record number"),
        max_length=30,
        blank=True,
        validators=[RegexValidator(r"^\S{1,2}ICP备\d{8,}号(-\d+)?$", _("Such as 沪ICP备12345678号-1."))],
    )
    public_security_number = models.CharField(
        _("public security record number"),
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^\S{1,2}公网安备\s?\d{14}号$", _("Such as 沪公网安备 31010102000001号."))],
    )

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="portal_there_is_one_site")]

    def __str__(self):
        return self.name

    @property
    def has_contact(self):
        return any([self.address, self.phone, self.hours, self.email])

    @property
    def public_security_code(self):
        """The digits of the public security record, which its registry takes in the link."""
        return "".join(character for character in self.public_security_number if character.isdigit())


class Target(models.Model):
    """Where an entry leads: a column, a static page, a subject's list or an address; exactly one of them."""

    column = models.ForeignKey(
        Column, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("column")
    )
    page = models.ForeignKey(
        Page, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("static page")
    )
    subject = models.CharField(_("whole subject"), max_length=20, blank=True)
    url = models.CharField(
        _("address"),
        max_length=500,
        blank=True,
        validators=[RegexValidator(r"^(/(?!/)|https?://)", _("Start with / or https://."))],
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(column__isnull=False, page__isnull=True, subject="", url="")
                    | Q(column__isnull=True, page__isnull=False, subject="", url="")
                    | (Q(column__isnull=True, page__isnull=True, url="") & ~Q(subject=""))
                    | (Q(column__isnull=True, page__isnull=True, subject="") & ~Q(url=""))
                ),
                name="%(app_label)s_%(class)s_has_one_target",
                violation_error_message=_(
                    "Choose exactly one: a column, a static page, a whole subject or an address."
                ),
            )
        ]


class NavigationItem(Target):
    """An entry of the main navigation or of the footer; shown while its target has content."""

    class Place(models.TextChoices):
        MAIN = "main", _("Main navigation")
        FOOTER = "footer", _("Footer")

    place = models.CharField(
        pgettext_lazy("navigation", "place"), max_length=10, choices=Place.choices, default=Place.MAIN
    )
    title = models.CharField(_("title"), max_length=12, help_text=_("Four characters look best."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(Target.Meta):
        verbose_name = _("navigation entry")
        verbose_name_plural = _("navigation")
        ordering = ["place", "order", "pk"]

    def __str__(self):
        return self.title


class ServiceLink(Target):
    """An entry of the home page's "awards and services", marked by one character."""

    mark = models.CharField(_("mark"), max_length=1, help_text=_("One character, such as 奖."))
    title = models.CharField(_("title"), max_length=12)
    description = models.CharField(_("description"), max_length=30, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(Target.Meta):
        verbose_name = _("service link")
        verbose_name_plural = _("service links")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.title


class FriendlyLinkGroup(models.Model):
    title = models.CharField(_("title"), max_length=20, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("group of friendly links")
        verbose_name_plural = _("groups of friendly links")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.title


class FriendlyLink(models.Model):
    """A link to another body's site, in the footer."""

    group = models.ForeignKey(FriendlyLinkGroup, models.CASCADE, related_name="links", verbose_name=_("group"))
    title = models.CharField(_("title"), max_length=40)
    url = models.URLField(_("address"), max_length=300)
    is_dead = models.BooleanField(
        _("dead"),
        default=False,
        help_text=_("The site no longer answers: the link is kept here and hidden from readers."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("friendly link")
        verbose_name_plural = _("friendly links")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.title


class Banner(models.Model):
    """One line under the header, from and until a moment; readers cannot dismiss it, so it must end."""

    text = models.CharField(pgettext_lazy("banner", "text"), max_length=60)
    url = models.CharField(
        _("address"),
        max_length=500,
        blank=True,
        validators=[RegexValidator(r"^(/(?!/)|https?://)", _("Start with / or https://."))],
    )
    starts_at = models.DateTimeField(_("shown from"), default=timezone.now, help_text=_("Shanghai time."))
    ends_at = models.DateTimeField(_("shown until"), help_text=_("Shanghai time."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("banner")
        verbose_name_plural = _("banners")
        ordering = ["order", "-starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="portal_banner_ends_after_its_start",
                violation_error_message=_("A banner ends after it starts."),
            )
        ]

    def __str__(self):
        return self.text


class HomeBlock(models.Model):
    """A block of the home page: what it shows, how much of it, and where."""

    class Region(models.TextChoices):
        LEAD = "lead", _("Lead story")
        BESIDE_LEAD = "beside_lead", _("List beside the lead")
        STRIP = "strip", _("Strip of coming activities")
        MAIN = "main", _("Wide column with pictures")
        SIDE = "side", _("Numbered list at the side")
        SERVICES = "services", _("Awards and services")

    region = models.CharField(_("region"), max_length=12, choices=Region.choices)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("title"), max_length=12, blank=True, help_text=_("Empty: the title of the column."))
    column = models.ForeignKey(
        Column,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("column"),
        help_text=_("Items of this column and of the columns below it. Awards and services need none."),
    )
    count = models.PositiveSmallIntegerField(_("number of items"), default=6)

    class Meta:
        verbose_name = _("block of the home page")
        verbose_name_plural = _("blocks of the home page")
        ordering = ["region", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(region="services") | Q(column__isnull=False),
                name="portal_block_of_items_has_a_column",
                violation_error_message=_("Choose the column whose items the block shows."),
            ),
            models.CheckConstraint(
                condition=Q(count__gte=1, count__lte=20),
                name="portal_block_shows_1_to_20_items",
                violation_error_message=_("A block shows 1 to 20 items."),
            ),
        ]

    def __str__(self):
        return self.title or (self.column.title if self.column else self.get_region_display())

    def clean(self):
        if self.region == self.Region.STRIP and self.column and self.column.subject != "members":
            raise ValidationError({"column": _("The strip shows member activities: choose one of their columns.")})
