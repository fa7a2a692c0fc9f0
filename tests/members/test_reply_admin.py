"""What staff see of the replies to a notice, and take along."""

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from audit.models import Entry
from members import reader_rows
from members.models import Reply
from publishing import roles
from publishing.models import ColumnRole, Question
from tests.factories import (
    make_administrator,
    make_article,
    make_column,
    make_member_group,
    make_notice,
    make_organisation,
    make_question,
    make_reader_group,
    make_staff,
    make_user,
)
from tests.files import samples
from tests.files.samples import OwnMediaFolder
from tests.files.test_enclosures import hand_in
from tests.html import assert_valid_html, words


def page_of(item):
    return reverse("admin:members_reply_of", args=[item.pk])


def export_of(item, format):
    return reverse("admin:members_reply_export", args=[item.pk, format])


class ReplyPageTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.notice = make_notice(deadline_at=timezone.now() + timedelta(days=3))
        self.question = make_question(self.notice, "几位参加")
        self.person = make_user(name="样例联系人", phone="13800138000")
        self.given = make_organisation(name="甲样例单位", people=[self.person])
        self.missing = make_organisation(name="乙样例单位", telephone="02161234567")
        make_organisation(name="丙样例单位", period=(date(2020, 1, 1), date(2021, 1, 1)))
        self.reply = Reply.objects.create(
            dossier=self.notice.dossier,
            organisation=self.given,
            by=self.person,
            answers={str(self.question.pk): "=1+1"},
        )
        self.by = make_staff(roles.PUBLISHER)
        self.client.force_login(self.by)

    def tables(self, item=None):
        """Return {heading: [names of organisations]} as the page has them."""
        page = assert_valid_html(self.client.get(page_of(item or self.notice)))
        regions = [element for element in page.iter("div") if element.get("role") == "region"]
        return {
            region.get("aria-labelledby"): [words(cell) for cell in region.iter("th") if cell.get("scope") == "row"]
            for region in regions
        }

    def test_the_notice_leads_to_it(self):
        form = reverse("admin:notices_notice_change", args=[self.notice.pk])
        self.assertContains(self.client.get(form), f'<a class="button" href="{page_of(self.notice)}">回执</a>')

    def test_it_shows_who_answered_what_and_who_has_not(self):
        self.assertEqual(self.tables(), {"replied": ["甲样例单位"], "missing": ["乙样例单位"]})
        told = words(assert_valid_html(self.client.get(page_of(self.notice))))
        for text in ("1 家单位已回执", "1 家尚未回执", "几位参加", "=1+1", "样例联系人", "13800138000", "02161234567"):
            self.assertIn(text, told)

    def test_a_notice_for_member_groups_addresses_their_members(self):
        group, other = make_member_group(), make_member_group()
        inside = make_organisation(name="丁样例单位", member_group=group)
        make_organisation(name="戊样例单位", member_group=other)
        notice = make_notice(readers=[reader_rows.readers_of(group)])
        self.assertEqual(self.tables(notice), {"missing": [inside.name]})
        everyone = make_notice(readers=[reader_rows.readers_of(group), reader_rows.readers_of(None)])
        self.assertEqual(len(self.tables(everyone)["missing"]), 4)
        self.assertEqual(self.tables(make_notice(readers=[make_reader_group()])), {})

    def sheet(self, format):
        response = self.client.post(export_of(self.notice, format))
        self.assertEqual(response.status_code, 200)
        self.assertIn("no-store", response["Cache-Control"])
        if format == "xlsx":
            return [[cell.value for cell in row] for row in load_workbook(BytesIO(response.content)).active.rows]
        return list(csv.reader(StringIO(response.content.decode("utf-8-sig"), newline="")))

    def test_both_files_hold_everybody_and_no_formula(self):
        head, given, missing = self.sheet("xlsx")
        self.assertEqual(head[0], "单位")
        self.assertEqual(head[-1], "几位参加")
        self.assertEqual(
            (given[0], given[4], given[5], given[6], given[-1]),
            ("甲样例单位", "是", "样例联系人", "13800138000", "=1+1"),
        )
        self.assertEqual((missing[0], missing[3], missing[4], missing[-1]), ("乙样例单位", "02161234567", "否", None))
        _head, given, missing = self.sheet("csv")
        self.assertEqual((given[6], given[-1]), ("\t13800138000", "'=1+1"))
        self.assertEqual(missing[3], "\t02161234567")

    def test_every_export_is_logged(self):
        for format in ("xlsx", "csv"):
            self.sheet(format)
            entry = Entry.objects.first()
            self.assertEqual((entry.action, entry.item, entry.by), ("replies_exported", self.notice.pk, self.by))
            self.assertEqual(entry.facts, {"format": format, "rows": 2})
        count = Entry.objects.count()
        self.assertEqual(self.client.get(export_of(self.notice, "csv")).status_code, 405)
        self.assertEqual(self.client.post(export_of(self.notice, "pdf")).status_code, 404)
        self.assertEqual(Entry.objects.count(), count)

    def test_a_file_that_was_handed_in_can_be_had(self):
        question = make_question(self.notice, kind=Question.Kind.FILE)
        enclosure = hand_in(name="名单.pdf")
        Reply.objects.update(answers={str(question.pk): enclosure.pk})
        address = reverse("admin:members_reply_file", args=[self.notice.pk, self.reply.pk, question.pk])
        self.assertContains(self.client.get(page_of(self.notice)), f'<a href="{address}">名单.pdf</a>')
        response = self.client.get(address)
        self.assertEqual(b"".join(response.streaming_content), samples.PDF)
        for odd in ([make_notice().pk, self.reply.pk, question.pk], [self.notice.pk, self.reply.pk, self.question.pk]):
            self.assertEqual(self.client.get(reverse("admin:members_reply_file", args=odd)).status_code, 404)

    def test_more_replies_cost_no_more_queries(self):
        self.client.get(page_of(self.notice))
        with CaptureQueriesContext(connection) as queries_for_one:
            self.client.get(page_of(self.notice))
        for _number in range(5):
            Reply.objects.create(dossier=self.notice.dossier, organisation=make_organisation(), by=make_user())
        with self.assertNumQueries(len(queries_for_one)):
            self.client.get(page_of(self.notice))


class WhoSeesRepliesTests(TestCase):
    def statuses(self, user, item):
        self.client.force_login(user)
        return [
            self.client.get(page_of(item)).status_code,
            self.client.post(export_of(item, "csv")).status_code,
            self.client.get(reverse("admin:members_reply_file", args=[item.pk, 1, 1])).status_code,
        ]

    def test_publishers_of_the_column_alone(self):
        column = make_column("notices")
        notice, other = make_notice(column=column), make_notice(column=make_column("notices"))
        publisher = make_user(is_staff=True)
        role = make_staff(roles.PUBLISHER).groups.get()
        ColumnRole.objects.create(user=publisher, role=role, column=column)
        self.assertEqual(self.statuses(publisher, notice), [200, 200, 404])
        self.assertEqual(self.statuses(publisher, other), [403, 403, 403])
        for user in (make_staff(roles.AUTHOR), make_staff(roles.REVIEWER)):
            self.assertEqual(self.statuses(user, notice), [403, 403, 403])
        self.assertEqual(self.statuses(make_user(), notice), [302, 302, 302])
        self.assertFalse(Entry.objects.filter(action="replies_exported").exclude(by=publisher).exists())

    def test_items_that_take_no_replies_have_no_such_page(self):
        self.assertEqual(self.statuses(make_administrator(), make_article()), [404, 404, 404])

    def test_there_is_no_list_of_all_replies(self):
        self.client.force_login(make_administrator())
        for page in ("changelist", "add"):
            self.assertEqual(self.client.get(reverse(f"admin:members_reply_{page}")).status_code, 403)
