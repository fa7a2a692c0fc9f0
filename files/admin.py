"""The admin of the media library."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from .choosing import list_assets, put_into_text
from .forms import AssetForm
from .models import Asset, SupersededFile
from .streaming import document_response, image_response, video_response
from .uploads import upload_file, upload_image

SHOWN_USES = 20


class UseFilter(admin.SimpleListFilter):
    title = _("use")
    parameter_name = "use"

    def lookups(self, request, model_admin):
        return [("used", _("in use")), ("unused", _("not in use"))]

    def queryset(self, request, queryset):
        if self.value() in ("used", "unused"):
            return queryset.filter(is_used=self.value() == "used")
        return queryset


@admin.register(Asset)
class AssetAdmin(admin.ModelAdmin):
    """Upload, describe, replace and delete; the pages of the staff see every file, used or not."""

    handbook = "library"
    form = AssetForm
    list_display = ["thumbnail", "title", "size", "use", "uploaded_on", "uploaded_by"]
    list_display_links = ["thumbnail", "title"]
    list_filter = ["kind", UseFilter, "awaits_description"]
    list_select_related = ["uploaded_by", "poster"]
    autocomplete_fields = ["poster"]
    list_per_page = 50
    search_fields = ["title", "original_name"]
    show_full_result_count = False
    view_on_site = False  # the page of a file links its content, used or not

    def get_queryset(self, request):
        return super().get_queryset(request).with_use()

    # What is said of a file, by its kind; of a new one by what it will turn out to be.
    WORDS = {
        None: ["title", "alt_text", "is_decorative"],
        Asset.Kind.IMAGE: ["title", "alt_text", "is_decorative"],
        Asset.Kind.DOCUMENT: ["title"],
        Asset.Kind.VIDEO: ["title", "alt_text", "poster"],
    }

    def get_fieldsets(self, request, obj=None):
        words = self.WORDS[obj and obj.kind]
        if not self.has_change_permission(request, obj) and obj is not None:
            return [(None, {"fields": ["picture", *words, "facts", "uses", "former_contents"]})]
        if obj is None:
            return [(None, {"fields": ["upload", *words]})]
        return [
            (None, {"fields": ["picture", *words, "upload"]}),
            (_("About this file"), {"fields": ["facts", "uses", "former_contents"]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["picture", "facts", "uses", "former_contents"]

    # -- Columns and read-only fields ---------------------------------------------------------------------------------

    @admin.display(description=_("preview"))
    def thumbnail(self, asset):
        picture = asset.poster if asset.kind == Asset.Kind.VIDEO else asset
        if picture is None or picture.kind != Asset.Kind.IMAGE:
            return asset.extension.upper()
        return self._preview(picture, 96, 72)

    @admin.display(description=_("content"))
    def picture(self, asset):
        content_url = reverse("admin:files_asset_content", args=[asset.pk])
        if asset.kind == Asset.Kind.VIDEO:
            return render_to_string("admin/files/asset/player.html", {"asset": asset, "content_url": content_url})
        shown = self._preview(asset, 480, 480) if asset.kind == Asset.Kind.IMAGE else asset.original_name
        return format_html('<a href="{}">{}</a>', content_url, shown)

    def _preview(self, asset, max_width, max_height):
        """Return an <img> of ``asset`` that fits in the given box, in CSS pixels."""
        scale = min(max_width / asset.width, max_height / asset.height, 1)
        return format_html(
            '<img src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
            reverse("admin:files_asset_preview", args=[asset.pk]),
            max(1, round(asset.width * scale)),
            max(1, round(asset.height * scale)),
            asset.alt,
        )

    @admin.display(description=_("size"), ordering="size_bytes")
    def size(self, asset):
        return filesizeformat(asset.size_bytes)

    @admin.display(description=_("use"))
    def use(self, asset):
        return _("in use") if asset.is_used else _("not in use")

    @admin.display(description=_("uploaded"), ordering="uploaded_at")
    def uploaded_on(self, asset):
        return f"{localtime(asset.uploaded_at):%Y-%m-%d}"

    @admin.display(description=_("file"))
    def facts(self, asset):
        return render_to_string("admin/files/asset/facts.html", {"asset": asset})

    @admin.display(description=_("used in"))
    def uses(self, asset):
        """Name what keeps the file from deletion, whatever its room; linked where the admin has a page for it."""
        groups = [
            {
                "name": model._meta.verbose_name_plural,
                "rows": [(row, self._admin_url(row)) for row in rows[:SHOWN_USES]],
                "more_count": max(0, rows.count() - SHOWN_USES),
            }
            for model, rows in asset.find_uses()
        ]
        return render_to_string("admin/files/asset/uses.html", {"groups": groups})

    def _admin_url(self, row):
        try:
            return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        except NoReverseMatch:
            return ""

    @admin.display(description=_("former contents"))
    def former_contents(self, asset):
        files = asset.superseded_files.select_related("replaced_by")
        return render_to_string("admin/files/asset/former_contents.html", {"files": files})

    # -- Saving -------------------------------------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        content = form.cleaned_data["upload"]
        if not change:
            obj.admit(content, by=request.user)
        else:
            # Only the words: the worker may be writing the renditions of this row right now.
            obj.save(update_fields=["title", "alt_text", "is_decorative", "awaits_description", "poster"])
            if content:
                obj.replace(content, by=request.user)
        if content:
            self._tell_of_duplicates(request, obj)

    def _tell_of_duplicates(self, request, asset):
        twin = Asset.objects.duplicates_of(asset.digest).exclude(pk=asset.pk).first()
        if twin:
            messages.warning(
                request,
                format_html(
                    _(
                        'The library already had the same content: <a href="{}">{}</a>. If one is enough, delete the other.'
                    ),
                    reverse("admin:files_asset_change", args=[twin.pk]),
                    twin.title,
                ),
            )

    def get_deleted_objects(self, objs, request):
        # The rows that use a file are in its way; they would not be deleted with it, so nobody needs a right to.
        to_delete, model_count, perms_needed, protected = super().get_deleted_objects(objs, request)
        own_name = Asset._meta.verbose_name
        return to_delete, model_count, {name for name in perms_needed if name == own_name}, protected

    # -- Views --------------------------------------------------------------------------------------------------------

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("upload-image/", wrap(upload_image), name="files_upload_image"),
            path("upload/", wrap(upload_file), name="files_upload"),
            path("choose/", wrap(list_assets), name="files_choose"),
            path("<int:pk>/put-into-text/", wrap(put_into_text), name="files_put_into_text"),
            # Cacheable: files say themselves that they are private and to be asked for again.
            path("<int:pk>/preview/", wrap(self.preview_view, cacheable=True), name="files_asset_preview"),
            path("<int:pk>/content/", wrap(self.content_view, cacheable=True), name="files_asset_content"),
            path("former/<int:pk>/", wrap(self.former_content_view), name="files_supersededfile_content"),
            *super().get_urls(),
        ]

    def preview_view(self, request, pk):
        """Show an image small, to staff, whether or not a page uses it."""
        asset = self._get_for_view(request, Asset, pk)
        if asset.kind != Asset.Kind.IMAGE:
            raise Http404("no picture")
        return image_response(asset, 480, "webp", request, is_public=False)

    def content_view(self, request, pk):
        """Give the content to staff: an image to look at, a video to play, a document to download."""
        asset = self._get_for_view(request, Asset, pk)
        if asset.kind == Asset.Kind.IMAGE:
            return image_response(asset, asset.width, asset.extension, request, is_public=False)
        if asset.kind == Asset.Kind.VIDEO:
            return video_response(asset, request, is_public=False)
        return document_response(asset, request, is_public=False)

    def former_content_view(self, request, pk):
        """Give a former content of a file to staff as a download."""
        return document_response(self._get_for_view(request, SupersededFile, pk), request, is_public=False)

    def _get_for_view(self, request, model, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(model, pk=pk)
