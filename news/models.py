"""Articles: the association's news."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.models import Publishable, cover_field


class Article(Publishable):
    """A piece of news with the facts of its origin."""

    versioned = (
        *Publishable.versioned,
        "cover",
        "source",
        "author_name",
        "publisher_name",
        "editor_name",
        "original_url",
    )
    list_related = ("cover",)
    page_related = ("cover",)

    cover = cover_field()
    source = models.CharField(_("source"), max_length=60, blank=True, help_text=_("The body that first published it."))
    author_name = models.CharField(_("author"), max_length=60, blank=True)
    publisher_name = models.CharField(_("published by"), max_length=60, blank=True)
    editor_name = models.CharField(_("responsible editor"), max_length=60, blank=True)
    original_url = models.URLField(_("original link"), max_length=500, blank=True)

    class Meta(Publishable.Meta):
        verbose_name = _("article")
        verbose_name_plural = _("articles")
