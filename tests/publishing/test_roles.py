from django.contrib.auth.models import Group
from django.test import TestCase

from publishing import roles
from tests.factories import make_user


class RoleTests(TestCase):
    def holder(self, role):
        user = make_user(is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return user

    def test_the_four_roles_are_there_after_migrating(self):
        self.assertLessEqual(
            {roles.AUTHOR, roles.REVIEWER, roles.PUBLISHER, roles.ADMINISTRATOR},
            set(Group.objects.values_list("name", flat=True)),
        )

    def test_an_author_writes_and_does_not_publish(self):
        author = self.holder(roles.AUTHOR)
        self.assertTrue(author.has_perms(["news.add_article", "notices.change_notice", "files.add_asset"]))
        self.assertFalse(author.has_perm("news.publish_article"))

    def test_an_author_may_look_up_what_the_form_lets_him_choose(self):
        author = self.holder(roles.AUTHOR)
        self.assertTrue(
            author.has_perms(
                [
                    "publishing.view_column",
                    "publishing.view_dossier",
                    "accounts.view_readergroup",
                    "notices.view_issuingbody",
                    "members.view_membergroup",
                ]
            )
        )
        self.assertFalse(author.has_perm("accounts.view_user"))

    def test_a_reviewer_changes_and_adds_nothing(self):
        reviewer = self.holder(roles.REVIEWER)
        self.assertTrue(reviewer.has_perm("news.change_article"))
        self.assertFalse(reviewer.has_perm("news.add_article"))
        self.assertFalse(reviewer.has_perm("news.publish_article"))

    def test_a_publisher_publishes_and_manages_no_accounts(self):
        publisher = self.holder(roles.PUBLISHER)
        self.assertTrue(publisher.has_perms(["news.publish_article", "members.publish_activity"]))
        self.assertFalse(publisher.has_perm("accounts.change_user"))

    def test_an_administrator_manages_accounts_columns_and_the_portal(self):
        administrator = self.holder(roles.ADMINISTRATOR)
        self.assertTrue(
            administrator.has_perms(["accounts.add_user", "publishing.change_column", "portal.change_homeblock"])
        )

    def test_granting_again_takes_nothing_away(self):
        author = Group.objects.get(name=roles.AUTHOR)
        extra = Group.objects.get(name=roles.PUBLISHER).permissions.get(codename="publish_article")
        author.permissions.add(extra)
        roles.grant_permissions()
        self.assertIn(extra, author.permissions.all())
