"""Feeds of what is published, in Atom: one a subject, the newest first."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.functional import classproperty
from django.utils.translation import gettext as _


class PublishedFeed(Feed):
    """The newest items of ``model`` that everyone may see. An entry that is corrected is updated and says what was wrong."""

    model = None
    feed_type = Atom1Feed
    most_items = 30

    @classproperty
    def title(cls):
        return cls.model._meta.app_config.verbose_name

    def link(self):
        return self.model.list_url()

    def items(self):
        return self.model.objects.listed(None).for_lists()[: self.most_items]

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        notes = [
            _("Correction of %(day)s: %(text)s") % {"day": date_format(day), "text": text}
            for day, text in item.correction_notes
        ]
        return "\n".join([*notes, item.summary or item.title])

    def item_guid(self, item):
        return f"{settings.PORTAL_URL}{item.get_absolute_url()}"

    def item_pubdate(self, item):
        return item.published_at if item.is_dated else None

    def item_updateddate(self, item):
        return item.text_changed_at or item.published_at
