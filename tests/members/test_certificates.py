"""Member numbers, the certificate for the member's people, and the page that checks it for everyone."""

from datetime import date, timedelta

from django.core.signing import Signer
from django.db import IntegrityError, transaction
from django.test import TestCase, TransactionTestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from members import certificates
from members.models import MembershipPeriod, Organisation
from tests.factories import make_affiliation, make_organisation, make_period, make_user
from tests.html import assert_valid_html, words
from tests.parallel import at_once

CERTIFICATE = reverse("mine:certificate")
DAY = timedelta(days=1)


def check_of(organisation):
    return reverse("organisations:check", args=[certificates.code_of(organisation)])


class NumberTests(TestCase):
    def test_an_organisation_gets_its_number_with_its_first_period_and_keeps_it(self):
        organisation = make_organisation(period=None, joined_on=date(2012, 3, 1))
        self.assertEqual(organisation.member_number, "")
        make_period(organisation, date(2026, 1, 1), date(2026, 12, 31))
        organisation.refresh_from_db()
        number = organisation.member_number
        self.assertRegex(number, r"^2012\d{4}$")
        make_period(organisation, date(2027, 1, 1))
        organisation.refresh_from_db()
        self.assertEqual(organisation.member_number, number)

    def test_without_a_day_of_joining_the_year_is_that_of_the_period(self):
        self.assertTrue(make_organisation(period=(date(2025, 6, 1), None)).member_number.startswith("2025"))

    def test_the_number_of_a_deleted_organisation_is_not_given_again(self):
        gone = make_organisation()
        Organisation.objects.filter(pk=gone.pk).delete()
        self.assertNotEqual(make_organisation().member_number, gone.member_number)

    def test_two_organisations_never_share_a_number(self):
        one, other = make_organisation(), make_organisation()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Organisation.objects.filter(pk=one.pk).update(member_number=other.member_number)


class NumbersAtOnceTests(TransactionTestCase):
    def test_members_who_join_at_the_same_moment_get_different_numbers(self):
        organisations = [make_organisation(period=None) for _number in range(6)]
        at_once([lambda one=one: make_period(one, date(2026, 1, 1)) for one in organisations])
        numbers = set(Organisation.objects.values_list("member_number", flat=True))
        self.assertEqual(len(numbers), 6)
        self.assertNotIn("", numbers)

    def test_one_organisation_gets_one_number_whoever_enters_a_period_first(self):
        organisation = make_organisation(period=None)
        at_once([lambda year=year: make_period(Organisation.objects.get(pk=organisation.pk), date(year, 1, 1), date(year, 12, 31))
                 for year in (2024, 2025, 2026)])  # fmt: skip
        organisation.refresh_from_db()
        self.assertTrue(organisation.member_number.endswith("0001"), organisation.member_number)


@override_settings(MEMBERSHIP_GRACE_DAYS=30)
class CertificateTests(TestCase):
    def setUp(self):
        self.user = make_user()
        self.organisation = make_organisation([self.user], period=(date(2026, 1, 1), date(2100, 12, 31)))
        self.client.force_login(self.user)

    def page(self, **query):
        answer = self.client.get(CERTIFICATE, query)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("no-store", answer.headers["Cache-Control"])
        return words(assert_valid_html(answer).find(".//main"))

    def end(self, days_ago):
        MembershipPeriod.objects.update(last_on=timezone.localdate() - days_ago * DAY)

    def test_it_tells_name_level_number_days_and_where_it_is_checked(self):
        page = self.page()
        for text in (
            self.organisation.name,
            "普通会员",
            self.organisation.member_number,
            "2026年1月1日 至 2100年12月31日",
            f"http://testserver{check_of(self.organisation)}",
        ):
            self.assertIn(text, page)
        self.assertContains(self.client.get(CERTIFICATE), "<svg", 1)

    def test_whose_membership_does_not_hold_is_told_why_there_is_none(self):
        for days_ago, sentence in ((1, "会员期已于"), (31, "会员资格已于")):
            self.end(days_ago)
            page = self.page()
            self.assertIn(sentence, page)
            self.assertNotIn(self.organisation.member_number, page)

    def test_a_reader_without_an_organisation_is_told_so(self):
        self.client.force_login(make_user())
        self.assertIn("您的账号没有所属单位", self.page())

    def test_one_who_serves_two_chooses(self):
        other = make_organisation([self.user])
        self.assertIn(other.member_number, self.page(organisation=other.pk))
        self.assertIn(self.organisation.member_number, self.page(organisation=self.organisation.pk))

    def test_nobody_gets_the_certificate_of_an_organisation_that_he_does_not_serve(self):
        foreign, former = make_organisation(), make_organisation()
        make_affiliation(former, self.user, last_on=timezone.localdate() - DAY)
        for one in (foreign.pk, former.pk, "x", "9" * 30, "\x00"):
            self.assertEqual(self.client.get(CERTIFICATE, {"organisation": one}).status_code, 404)

    def test_visitors_are_asked_to_sign_in(self):
        self.client.logout()
        self.assertRedirects(
            self.client.get(CERTIFICATE),
            f"{reverse('accounts:login')}?next={CERTIFICATE}",
            fetch_redirect_response=False,
        )

    def check(self, organisation=None):
        self.client.logout()
        answer = self.client.get(check_of(organisation or self.organisation))
        self.assertEqual(answer.status_code, 200)
        return words(assert_valid_html(answer).find(".//main"))

    def test_everybody_may_check_it_and_learns_whether_it_holds(self):
        self.assertIn("有效，至 2100年12月31日", self.check())
        self.end(1)
        self.assertIn("在续会宽限期内", self.check())
        self.end(31)
        self.assertIn("到期", self.check())
        MembershipPeriod.objects.all().delete()
        self.assertIn("目前不是会员", self.check())

    def test_the_check_tells_nothing_else(self):
        Organisation.objects.update(
            telephone="021-00000000", address="样例路 1 号", credit_code="", is_in_directory=False, introduction="样例简介",
            public_fields=Organisation.PublicField.values,
        )  # fmt: skip
        page = self.check()
        self.assertIn(self.organisation.member_number, page)
        for text in ("021-00000000", "样例路", "样例简介", self.user.name):
            self.assertNotIn(text, page)

    def test_a_wrong_code_is_no_page_and_says_so(self):
        code = certificates.code_of(self.organisation)
        pk, signature = code.split(":")
        gone = make_organisation()
        codes = [f"{int(pk) + 1}:{signature}", code[:-1], pk, "x", "\x00", "%00", "样例", "9" * 5000,
                 Signer().sign(pk), certificates.code_of(gone)]  # fmt: skip
        gone.delete()
        for wrong in codes:
            answer = self.client.get(reverse("organisations:check", args=[wrong]))
            self.assertContains(answer, "没有查到这张会员证书", status_code=404)
