"""An item for one reader group, and every door through which somebody else might see it or a part of it."""

from datetime import timedelta

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from portal.models import HomeBlock
from publishing import content_version, roles
from publishing.models import Relation
from tests.factories import (
    make_activity,
    make_article,
    make_column,
    make_notice,
    make_reader_group,
    make_staff,
    make_user,
)
from tests.files.samples import OwnMediaFolder, make_document, make_image

SECRET = "机密样例"


class ReservedItemTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.member, self.stranger = make_user(), make_user()
        self.group = make_reader_group(self.member)
        make_reader_group(self.stranger)
        columns = {subject: make_column(subject) for subject in ("news", "notices", "members")}
        for region, subject in (
            ("lead", "news"),
            ("beside_lead", "notices"),
            ("strip", "members"),
            ("side", "members"),
        ):
            HomeBlock.objects.create(region=region, column=columns[subject], count=9)
        self.document, self.picture = make_document(), make_image()
        self.open = [
            make_article(column=columns["news"]),
            make_notice(column=columns["notices"]),
            make_activity(column=columns["members"], starts_at=timezone.now() + timedelta(days=9)),
        ]
        reserved = {
            "title": SECRET,
            "readers": [self.group],
            "attachments": [self.document],
            "relations": [(item.dossier, Relation.Kind.FOLLOWS) for item in self.open],
        }
        self.reserved = [
            make_article(
                column=columns["news"], cover=self.picture, pinned_until=timezone.now() + timedelta(1), **reserved
            ),
            make_notice(column=columns["notices"], **reserved),
            make_activity(column=columns["members"], starts_at=timezone.now() + timedelta(days=3), **reserved),
        ]
        self.calendar = reverse("members:list_calendar")
        self.lists = [reverse("news:article_list"), reverse("notices:notice_list"), reverse("members:activity_list")]
        content_version.advance()

    def as_each_outsider(self):
        for user in (None, self.stranger, make_staff(roles.ADMINISTRATOR)):
            self.client.logout()
            if user:
                self.client.force_login(user)
            with self.subTest(user=user):
                yield

    def visit_as_member(self):
        """Fill whatever is kept between requests with what a member sees."""
        self.client.force_login(self.member)
        for address in ["/", *self.lists, *(item.get_absolute_url() for item in [*self.open, *self.reserved])]:
            self.client.get(address)

    def test_the_member_sees_it(self):
        self.client.force_login(self.member)
        for address in ["/", *self.lists, *(item.get_absolute_url() for item in self.open)]:
            self.assertContains(self.client.get(address), SECRET)

    def test_no_page_names_it_to_others_whoever_came_before(self):
        self.visit_as_member()
        for _user in self.as_each_outsider():
            for address in ["/", *self.lists, self.calendar, *(item.get_absolute_url() for item in self.open)]:
                self.assertNotContains(self.client.get(address), SECRET)
            self.assertEqual(self.client.get(f"{self.reserved[2].get_absolute_url()}calendar.ics").status_code, 404)
            for item in self.reserved:
                self.assertNotContains(self.client.get(item.get_absolute_url()), SECRET, status_code=404)

    def test_no_count_betrays_it(self):
        self.visit_as_member()
        for _user in self.as_each_outsider():
            for address in self.lists:
                page = self.client.get(address)
                self.assertEqual((page.context["total"], page.context["paginator"].count), (1, 1))
            self.assertEqual(self.client.get(self.lists[1], {"words": SECRET}).context["total"], 0)

    def test_no_file_leaves(self):
        self.visit_as_member()
        files = [reverse("files:download", args=[self.document.pk]), self.picture.src]
        for user in (None, self.stranger):
            self.client.logout()
            if user:
                self.client.force_login(user)
            for address in files:
                self.assertEqual(self.client.get(address).status_code, 404)

    def test_the_back_doors_of_the_admin_are_shut(self):
        [article, *_others] = self.reserved
        lookups = [("publishing", "relation", "target"), ("publishing", "dossier", "readers")]
        for user in (self.member, make_user(is_staff=True)):
            self.client.force_login(user)
            for path in ("preview/", "preview/1/", "change/", "history/", "compare/?old=1&new=1", "verb/withdraw/"):
                answer = self.client.get(f"/admin/news/article/{article.pk}/{path}")
                self.assertIn(answer.status_code, (302, 403))
            for page in ("preview", "content"):
                answer = self.client.get(reverse(f"admin:files_asset_{page}", args=[self.picture.pk]))
                self.assertIn(answer.status_code, (302, 403))
            for app_label, model_name, field_name in lookups:
                query = {"app_label": app_label, "model_name": model_name, "field_name": field_name, "term": SECRET}
                self.assertIn(self.client.get("/admin/autocomplete/", query).status_code, (302, 403))

    def test_authors_look_up_no_people(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        query = {"app_label": "accounts", "model_name": "readergroupmembership", "field_name": "user", "term": ""}
        self.assertEqual(self.client.get("/admin/autocomplete/", query).status_code, 403)
