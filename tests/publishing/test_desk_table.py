"""Who may do what to a text in which state: one table, every cell tried by a request to the admin.

The column of the items has three reviews. ``x``: it is done, and the audit log says that this person did it; ``.``: it
is not, however the request was made. What readers see changes by ``publish`` nowhere in this table: only reviews do that.
"""

from datetime import timedelta

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from news.models import Article
from publishing import content, roles
from publishing.admin import bulk
from publishing.models import ColumnRole
from tests.factories import make_article, make_column, make_review, make_staff, make_user

STATES = "draft first urgent final live pending scheduled expired repealed withdrawn trashed".split()

TABLE = """
                       draft first urgent final live pending scheduled expired repealed withdrawn trashed
author      save         x     x     x      x    x      x        x        x       x        x        .
author      submit       x     .     .      .    .      x        .        .       .        .        .
author      recall       .     x     x      x    .      .        .        .       .        .        .
author      old          x     x     x      x    x      x        x        x       x        x        .
author      trash        x     x     x      x    .      .        .        .       .        .        .
author      restore      .     .     .      .    .      .        .        .       .        .        .
author      correct      .     .     .      .    x      .        .        x       x        .        .

reviewer    save         x     x     x      x    x      x        x        x       x        x        .
reviewer    submit       x     .     .      .    .      x        .        .       .        .        .
reviewer    recall       .     x     x      x    .      .        .        .       .        .        .
reviewer    old          x     x     x      x    x      x        x        x       x        x        .
reviewer    pass         .     x     x      .    .      .        .        .       .        .        .
reviewer    return       .     x     x      .    .      .        .        .       .        .        .
reviewer    trash        x     x     x      x    .      .        .        .       .        .        .
reviewer    correct      .     .     .      .    x      .        .        x       x        .        .

publisher   save         x     x     x      x    x      x        x        x       x        x        .
publisher   submit       x     .     .      .    .      x        .        .       .        .        .
publisher   recall       .     x     x      x    .      .        .        .       .        .        .
publisher   old          x     x     x      x    x      x        x        x       x        x        .
publisher   pass         .     .     .      x    .      .        .        .       .        .        .
publisher   return       .     .     .      x    .      .        .        .       .        .        .
publisher   early        .     .     x      .    .      .        .        .       .        .        .
publisher   date         .     .     .      .    x      x        x        x       x        x        .
publisher   pin          .     .     .      .    x      x        x        .       .        .        .
publisher   expire       .     .     .      .    x      x        x        x       .        .        .
publisher   correct      .     .     .      .    x      .        .        x       x        .        .
publisher   repeal       .     .     .      .    x      x        .        x       .        .        .
publisher   withdraw     .     .     .      .    x      x        x        x       x        .        .
publisher   reinstate    .     .     .      .    .      .        .        .       x        x        .
publisher   trash        x     x     x      x    x      x        x        x       x        x        .
publisher   restore      .     .     .      .    .      .        .        .       .        .        x

chief       save         x     x     x      x    x      x        x        x       x        x        .
chief       submit       x     .     .      .    .      x        .        .       .        .        .
chief       recall       .     x     x      x    .      .        .        .       .        .        .
chief       old          x     x     x      x    x      x        x        x       x        x        .
chief       pass         .     x     x      x    .      .        .        .       .        .        .
chief       return       .     x     x      x    .      .        .        .       .        .        .
chief       early        .     .     x      .    .      .        .        .       .        .        .
chief       date         .     .     .      .    x      x        x        x       x        x        .
chief       pin          .     .     .      .    x      x        x        .       .        .        .
chief       expire       .     .     .      .    x      x        x        x       .        .        .
chief       correct      .     .     .      .    x      .        .        x       x        .        .
chief       repeal       .     .     .      .    x      x        .        x       .        .        .
chief       withdraw     .     .     .      .    x      x        x        x       x        .        .
chief       reinstate    .     .     .      .    .      .        .        .       x        x        .
chief       trash        x     x     x      x    x      x        x        x       x        x        .
chief       restore      .     .     .      .    .      .        .        .       .        .        x
"""

ACTIONS = (
    "save form_publish submit recall old pass return early publish date pin unpin expire correct repeal withdraw "
    "reinstate trash restore delete"
).split()
SAME_AS = {"reviewer here": "reviewer"}  # holds the role in this column only
NOTHING = ("visitor", "member", "staff without role", "author elsewhere", "publisher elsewhere")


def expected():
    """Return {(person, action): set of states} of what is done; whatever the table leaves out is not."""
    found = {}
    for line in TABLE.strip().splitlines()[1:]:
        if line.strip():
            person, action, *cells = line.split()
            found[person, action] = {state for state, cell in zip(STATES, cells, strict=True) if cell == "x"}
    return found


class DeskTableTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        now = timezone.now()
        cls.column, other = make_column(review_steps=3), make_column(review_steps=3)
        writer = make_staff(roles.AUTHOR, name="样例撰稿人")

        def review(stage, **values):
            return make_review(by=writer, column=cls.column, stage=stage, **values).dossier.item

        def live(**values):
            return make_article(column=cls.column, **values)

        cls.items = {
            "draft": live(published_at=None),
            "first": review("first"),
            "urgent": review("first", urgency="样例：台风"),
            "final": review("final"),
            "live": live(),
            "pending": live(),
            "scheduled": live(published_at=now + timedelta(days=1)),
            "expired": live(expires_at=now - timedelta(minutes=30)),
            "repealed": live(repealed_at=now, repeal_reason="样例原因"),
            "withdrawn": live(withdrawn_at=now, withdrawal_reason="样例原因"),
            "trashed": live(trashed_at=now, trash_reason="样例原因"),
        }
        pending = cls.items["pending"]
        pending.record_revision(content.of_row(pending), writer, pending.live_revision)
        cls.people = {
            "visitor": None,
            "member": make_user(),
            "staff without role": make_user(is_staff=True),
            "author": make_staff(roles.AUTHOR),
            "reviewer": make_staff(roles.REVIEWER),
            "publisher": make_staff(roles.PUBLISHER),
            "chief": make_staff(roles.ADMINISTRATOR),
            "reviewer here": cls.make_scoped(roles.REVIEWER, cls.column),
            "author elsewhere": cls.make_scoped(roles.AUTHOR, other),
            "publisher elsewhere": cls.make_scoped(roles.PUBLISHER, other),
        }

    @staticmethod
    def make_scoped(role, column):
        user = make_user(is_staff=True)
        ColumnRole.objects.create(user=user, role=Group.objects.get(name=role), column=column)
        return user

    def request(self, item, action):
        """Make the request of ``action`` on ``item``, filled in as well as it can be."""

        def url(page, *args):
            return reverse(f"admin:news_article_{page}", args=[item.pk, *args])

        newest = item.dossier.newest_revision
        if action in ("save", "form_publish"):
            typed = {
                "title": "样例改过的标题",
                "body": "<p>样例改过的正文。</p>",
                "summary": "",
                "column": self.column.pk,
                "audience": "everyone",
                "base": newest.number,
                "attachments-TOTAL_FORMS": 0,
                "attachments-INITIAL_FORMS": 0,
                "relations-TOTAL_FORMS": 0,
                "relations-INITIAL_FORMS": 0,
            }
            button = "_publish" if action == "form_publish" else "_continue"
            # What no field of the form is, and must not become one.
            smuggled = {
                "published_at": "2020-01-01",
                "live_revision": newest.pk,
                "withdrawn_at": "",
                "corrections": "[]",
            }
            typed |= smuggled
            return self.client.post(url("change"), {**typed, button: "1"})
        if action == "old":
            return self.client.post(url("restore", 1))
        if action in ("pass", "return", "early"):
            review = item.dossier.reviews.first()
            typed = {"revision": newest.number, "stage": review.stage if review else "first", "reason": "样例原因"}
            return self.client.post(url("review"), {**typed, "to_stage": "", f"_{action}": "1"})
        if action == "delete":
            return self.client.post(url("delete"), {"post": "yes"})
        return self.client.post(url("verb", action), self.answers(action))

    @staticmethod
    def answers(action):
        day = timezone.localtime() + timedelta(days=-2 if action == "date" else 3)
        moments = {f"{name}_0": f"{day:%Y-%m-%d}" for name in ("at", "until")}
        hours = {f"{name}_1": "09:00" for name in ("at", "until")}
        return {**moments, **hours, "rank": 0, "reason": "样例原因", "note": "样例更正", "urgency": ""}

    def is_done(self, user, item, make_request):
        """Return whether the request leaves an entry of ``user`` on ``item`` in the log; everything is undone again."""
        with transaction.atomic():
            last = Entry.objects.latest("number").number
            make_request()
            done = Entry.objects.filter(number__gt=last, item=item.pk, by=user).exists()
            transaction.set_rollback(True)
        return done

    def sign_in(self, person):
        self.client.logout()
        if self.people[person]:
            self.client.force_login(self.people[person])

    def states_of(self, person, action, make_request):
        user = self.people[person]
        return {
            state
            for state, item in self.items.items()
            if self.is_done(user, item, lambda item=item: make_request(Article.objects.get(pk=item.pk), action))
        }

    def check_cells(self, people):
        table = expected()
        for person in people:
            self.sign_in(person)
            for action in ACTIONS:
                with self.subTest(person=person, action=action):
                    row = table.get((SAME_AS.get(person, person), action), set())
                    self.assertEqual(self.states_of(person, action, self.request), row)

    # In three parts, so that they can run side by side.

    def test_every_cell_of_those_who_write_and_review(self):
        self.check_cells(["author", "reviewer", "reviewer here"])

    def test_every_cell_of_those_who_publish(self):
        self.check_cells(["publisher", "chief"])

    def test_every_cell_of_those_who_may_do_nothing_here(self):
        self.check_cells(NOTHING)

    def test_many_at_once_is_no_way_round(self):
        def request(item, action):
            chosen = {ACTION_CHECKBOX_NAME: item.pk, "action": f"verb_{action}", "_do": "1"}
            return self.client.post(reverse("admin:news_article_changelist"), {**self.answers(action), **chosen})

        table = expected()
        for person in ("author", "publisher", "member", "publisher elsewhere"):
            self.sign_in(person)
            for action in (verb.name for verb in bulk.VERBS):
                with self.subTest(person=person, action=action):
                    row = set() if person in NOTHING else table.get((person, action), set())
                    self.assertEqual(self.states_of(person, action, request), row)

    def test_the_list_is_not_edited_in_place(self):
        self.client.force_login(self.people["chief"])
        item = self.items["live"]
        form = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-dossier": item.pk, "form-0-title": "样例"}
        self.client.post(reverse("admin:news_article_changelist"), {**form, "_save": "1"})
        self.assertEqual(Article.objects.get(pk=item.pk).title, item.title)
