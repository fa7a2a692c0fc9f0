from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from publishing.admin import PublishableAdmin
from publishing.handbook import see

from .models import Article
from .views import ArticleDetailView


@admin.register(Article)
class ArticleAdmin(PublishableAdmin):
    detail_view_class = ArticleDetailView
    autocomplete_fields = [*PublishableAdmin.autocomplete_fields, "cover"]
    fieldsets = [
        PublishableAdmin.FILING,
        PublishableAdmin.TEXT,
        (
            _("Facts"),
            {
                "fields": ["cover", "source", "author_name", "publisher_name", "editor_name", "original_url"],
                "description": see("facts"),
            },
        ),
    ]
