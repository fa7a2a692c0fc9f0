"""Notes to staff: one open note for each thing to check, and as many comments as people make."""

from django.db import IntegrityError, transaction
from django.test import TestCase

from publishing import roles
from publishing.models import StaffNote
from tests.factories import make_article, make_staff


class OpenNoteTests(TestCase):
    def note(self, item, code):
        return StaffNote.objects.create(dossier=item.dossier, code=code, detail="样例")

    def test_the_same_thing_is_to_be_checked_once(self):
        item = make_article()
        note = self.note(item, StaffNote.Code.UNKNOWN_DATE)
        with self.assertRaises(IntegrityError), transaction.atomic():
            self.note(item, StaffNote.Code.UNKNOWN_DATE)
        note.resolve(by=make_staff(roles.AUTHOR))
        self.note(item, StaffNote.Code.UNKNOWN_DATE)

    def test_comments_stand_beside_each_other(self):
        item = make_article()
        for _number in range(2):
            self.note(item, StaffNote.Code.COMMENT)
        self.assertEqual(item.dossier.staff_notes.unresolved().count(), 2)
