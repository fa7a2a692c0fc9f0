"""What every answer carries: a policy, how it may be kept, cookies; and where it sends people."""

from datetime import timedelta
from unittest import mock

from django.test import Client, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from members import certificates, check_in, signing_up
from members.models import MemberGroup
from notices.models import IssuingBody, Notice
from portal.models import Banner, FriendlyLinkGroup, NavigationItem, ServiceLink, SiteSettings
from publishing import content_version, roles
from tests.factories import (
    answers_to,
    make_activity,
    make_affiliation,
    make_article,
    make_column,
    make_council_seat,
    make_council_term,
    make_label,
    make_notice,
    make_open_activity,
    make_organisation,
    make_page,
    make_question,
    make_reader_group,
    make_sign_up,
    make_staff,
    make_user,
)
from tests.files.samples import OwnMediaFolder, make_document

POLICY = "Content-Security-Policy"


class PolicyTests(OwnMediaFolder, TestCase):
    def assert_strict(self, response, status):
        self.assertEqual(response.status_code, status)
        policy = response.headers[POLICY]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertNotIn("http", policy)
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")

    def test_every_kind_of_answer_has_the_strict_policy(self):
        document = make_document()
        item = make_article(attachments=[document])
        gone = make_article(withdrawn_at=timezone.now(), withdrawal_reason="样例")
        for path, status in {
            "/": 200,
            item.get_absolute_url(): 200,
            gone.get_absolute_url(): 410,
            "/missing/": 404,
            "/news": 301,
            "/news/?zihao=da": 302,
            "/accounts/login/": 200,
            "/members/": 200,
            "/members/check/x/": 404,
            "/accounts/me/": 200,
            "/healthz": 200,
            document.get_absolute_url(): 200,
        }.items():
            with self.subTest(path=path):
                self.assert_strict(self.client.get(path), status)

    def test_refusals_and_faults_have_it_too(self):
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        self.assert_strict(client.post("/accounts/login/"), 403)
        self.assert_strict(client.get("/", headers={"host": "evil.example"}), 400)
        with mock.patch("portal.home.regions", side_effect=RuntimeError):
            self.assert_strict(client.get("/"), 500)

    def test_the_admin_runs_no_script_of_the_page(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        policy = self.client.get(reverse("admin:index")).headers[POLICY]
        self.assertIn("script-src 'self';", policy + ";")
        self.assertNotIn("unsafe-eval", policy)


class KeepingTests(TestCase):
    """Who may keep a page: shared caches what is the same for all, the browser alone what a member sees."""

    def setUp(self):
        self.member = make_user()
        self.secret = make_article(title="只给会员的样例", readers=[make_reader_group(self.member)])
        self.addresses = ["/", reverse("news:article_list"), self.secret.get_absolute_url()]

    def test_what_a_member_sees_is_for_his_browser_alone(self):
        self.client.force_login(self.member)
        for address in self.addresses:
            with self.subTest(address=address):
                response = self.client.get(address)
                self.assertEqual(response.status_code, 200)
                self.assertIn("private", response.headers["Cache-Control"])
                self.assertIn("Cookie", response.headers["Vary"])

    def test_the_answer_to_a_visitor_is_told_apart_by_its_cookies(self):
        for address in [*self.addresses, "/missing/"]:
            with self.subTest(address=address):
                response = self.client.get(address)
                self.assertIn("Cookie", response.headers["Vary"])
                self.assertNotContains(response, "只给会员的样例", status_code=response.status_code)

    def test_a_member_after_a_visitor_and_a_visitor_after_a_member_see_their_own(self):
        for address in self.addresses[1:]:
            for _turn in range(2):
                self.client.logout()
                visitor = self.client.get(address)
                self.client.force_login(self.member)
                member = self.client.get(address)
                self.assertNotIn("只给会员的样例", visitor.content.decode())
                self.assertIn("只给会员的样例", member.content.decode())


class SigningInTests(TestCase):
    def setUp(self):
        self.user = make_user(username="wang", password="a long password 9")

    def sign_in(self, **data):
        return self.client.post(
            reverse("accounts:login"), {"username": "wang", "password": "a long password 9", **data}
        )

    def test_it_leads_to_this_site_only(self):
        for target in (
            "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "http:///evil.example",
            "javascript:alert(1)", " //evil.example", "\t//evil.example", "https:evil.example", "///evil.example",
        ):  # fmt: skip
            with self.subTest(target=target):
                self.client.logout()
                self.assertRedirects(self.sign_in(next=target), "/me/", fetch_redirect_response=False)
                asked = self.client.get(reverse("accounts:login"), {"next": target})  # signed in already
                self.assertRedirects(asked, "/me/", fetch_redirect_response=False)
                left = self.client.post(reverse("accounts:logout"), {"next": target})
                self.assertIn(left.headers["Location"], {"/", reverse("accounts:logout")})

    def test_the_admin_sends_strangers_to_the_sign_in_and_nowhere_else(self):
        response = self.client.get("/admin/login/", {"next": "https://evil.example/"})
        self.assertTrue(response.headers["Location"].startswith(reverse("accounts:login") + "?next="))

    def test_the_choice_of_a_reading_size_leads_to_the_same_page(self):
        for path in ("//evil.example/", "/%5Cevil.example/", "/%09//evil.example/", "/%0d%0aSet-Cookie:a=b/"):
            location = self.client.get(f"{path}?zihao=da").headers["Location"]
            self.assertRegex(location, r"^/(?![/\\\t])[^\r\n\\]*$")

    def test_a_session_that_a_stranger_prepared_is_not_taken_over(self):
        prepared = self.client.session
        prepared.save()
        self.client.cookies["sessionid"] = prepared.session_key
        self.sign_in()
        self.assertNotEqual(self.client.cookies["sessionid"].value, prepared.session_key)

    def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(self):
        cookie = self.sign_in().cookies["sessionid"]
        self.assertTrue(cookie["httponly"])
        self.assertEqual(cookie["samesite"], "Lax")

    @override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True)
    def test_over_https_no_cookie_goes_without_it(self):
        response = self.client.post(
            reverse("accounts:login"), {"username": "wang", "password": "a long password 9"}, secure=True
        )
        for name, cookie in response.cookies.items():
            self.assertTrue(cookie["secure"], name)

    def test_names_and_passwords_of_any_shape_are_refused_with_the_same_words(self):
        closed = make_user(username="closed", password="a long password 9", is_active=False)
        answers = set()
        for name, password in (("wang", "wrong"), ("nobody", "wrong"), (closed.username, "a long password 9")):
            response = self.client.post(reverse("accounts:login"), {"username": name, "password": password})
            answers.add(str(response.context["form"].non_field_errors()))
        self.assertEqual(len(answers), 1)
        for odd in ("\x00", "w\x00ang", "\U0001f600" * 10, "x" * 200_000, "' OR 1=1 --"):
            response = self.client.post(reverse("accounts:login"), {"username": odd, "password": odd})
            self.assertEqual(response.status_code, 200)


class ForgeryTests(TestCase):
    def test_no_post_is_taken_without_its_token(self):
        item = make_notice()
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_staff(roles.ADMINISTRATOR))
        change = reverse("admin:notices_notice_change", args=[item.pk])
        for path in (
            reverse("accounts:login"),
            reverse("accounts:logout"),
            change,
            change.replace("change", "verb/withdraw"),
            change.replace("change", "restore/1"),
            change.replace("change", "note/1"),
            reverse("admin:files_upload_image"),
            reverse("admin:files_upload"),
            reverse("admin:files_put_into_text", args=[1]),
            reverse("admin:files_asset_add"),
            reverse("admin:accounts_user_add"),
            reverse("admin:portal_banner_add"),
            reverse("admin:members_importbatch_add"),
            reverse("admin:members_importbatch_verb", args=[1, "import"]),
            reverse("admin:members_organisation_export"),
            reverse("members:sign_up", args=[1]),
            reverse("members:cancel_sign_up", args=[1]),
            reverse("members:accept_sign_up", args=[1]),
        ):
            with self.subTest(path=path):
                self.assertEqual(client.post(path, {"reason": "样例"}).status_code, 403)
        item.refresh_from_db()
        self.assertFalse(item.is_removed)

    def test_public_pages_only_show(self):
        for path in (
            "/",
            "/news/",
            make_notice().get_absolute_url(),
            "/files/1/",
            "/files/1/480.webp",
            "/files/1/video.mp4",
        ):
            for method in ("POST", "PUT", "DELETE", "TRACE"):
                with self.subTest(path=path, method=method):
                    self.assertEqual(self.client.generic(method, path).status_code, 405)

    def test_nothing_is_changed_by_get(self):
        item = make_notice()
        self.client.force_login(make_staff(roles.ADMINISTRATOR))
        change = reverse("admin:notices_notice_change", args=[item.pk])
        for path in (
            change.replace("change", "restore/1"),
            change.replace("change", "note/1"),
            reverse("accounts:logout"),
        ):
            self.assertEqual(self.client.get(path).status_code, 405)


class EscapingTests(TestCase):
    """Markup in a field of words is shown as it was typed, on every page."""

    ATTACK = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>{{7*7}}"

    def assert_harmless(self, address):
        response = self.client.get(address)
        self.assertIn(response.status_code, (200, 410), address)
        html = response.content.decode()
        self.assertNotIn("<script>alert", html, address)
        self.assertNotIn("<img src=x", html, address)
        self.assertNotRegex(html, r'="[^"<]*"\'><', address)

    def test_words_of_items_columns_labels_and_groups(self):
        attack, short = self.ATTACK, "<script>alert(1)"
        label = make_label(short)
        texts = {"title": attack, "summary": attack, "body": attack, "labels": [label]}
        article = make_article(
            column=make_column(title=short + "</a>", description=attack), source=attack[:60], author_name=attack[:60],
            publisher_name=attack[:60], editor_name=attack[:60], **texts,
        )  # fmt: skip
        body = IssuingBody.objects.create(name=short, letterhead=short)
        notice = make_notice(
            kind=Notice.Kind.PUBLIC_REVIEW, objections_until=timezone.localdate(), objection_channel=attack,
            issuing_body=body, co_issuers=attack, addressees=attack, signature=attack,
            column=make_column("notices", title=short), deadline_at=timezone.now(), deadline_purpose="<b>截止", **texts,
        )  # fmt: skip
        activity = make_activity(
            agenda=f"13:30 {attack}\n  {attack}", report=attack, sign_up_notes=attack, place=attack, address=attack,
            organiser=attack[:120], participants=attack, fee=attack[:120], contact=attack[:120], starts_at=timezone.now(),
            member_group=MemberGroup.objects.create(name=short), column=make_column("members", title=short), **texts,
        )  # fmt: skip
        page = make_page(column=make_column("portal", title=short), **texts)
        repealed = make_notice(
            repealed_at=timezone.now(), repeal_reason=attack, relations=[(article.dossier, "replaces")], **texts
        )
        gone = make_article(withdrawn_at=timezone.now(), withdrawal_reason=attack, **texts)
        for item in (article, notice, activity, page, repealed, gone):
            self.assert_harmless(item.get_absolute_url())
        for address in ("/", "/news/", "/notices/", "/activities/"):
            self.assert_harmless(address)
            self.assert_harmless(f"{address}?label={label.pk}&words=%22%27%3E%3Cscript%3Ealert(1)%3C/script%3E")
        self.client.force_login(make_staff(roles.ADMINISTRATOR, name=short))
        for item in (article, notice, activity, page):
            base = f"/admin/{item._meta.app_label}/{item._meta.model_name}/"
            for place in (
                "",
                "?q=%3Cscript%3Ealert(1)",
                f"{item.pk}/change/",
                f"{item.pk}/history/",
                f"{item.pk}/preview/",
            ):
                self.assert_harmless(base + place)
        self.assert_harmless("/admin/")

    def test_words_of_members(self):
        attack, short = self.ATTACK, "<script>alert(1)"
        person = make_user(name=short, phone="13800001111")
        group = MemberGroup.objects.create(name=short)
        organisation = make_organisation(
            name=attack[:100], introduction=attack, address=attack[:100], district=short, industry=short, telephone=short,
            member_group=group, public_fields=["address", "telephone", "contact"],
        )  # fmt: skip
        make_affiliation(organisation, person, role="contact")
        make_council_seat(organisation, make_council_term(), role="president")
        activity = make_open_activity(starts_at=timezone.now() + timedelta(hours=2), member_group=group)
        question, asked = (make_question(item, text=attack[:80]) for item in (activity, make_notice()))
        answers = {person.pk: {str(question.pk): attack}}
        [sign_up] = signing_up.sign_up(activity, [person], person, organisation, answers)
        cancelled = make_sign_up(activity)
        signing_up.cancel(cancelled, cancelled.person, attack)
        door, notice = reverse("members:check_in", args=[activity.pk]), asked.dossier_id
        for address in ("/members/", organisation.get_absolute_url(), "/members/council/", f"/members/groups/{group.pk}/",
                        f"/members/check/{certificates.code_of(organisation)}/"):  # fmt: skip
            self.assert_harmless(address)
        self.client.force_login(person)
        replied = {**answers_to(asked.dossier.item, {asked: attack}), "organisation": organisation.pk}
        self.assertEqual(self.client.post(f"/me/replies/{notice}/", replied).status_code, 302)
        for address in (
            *(
                "/me/",
                f"/me/organisation/{organisation.pk}/",
                f"/me/organisation/{organisation.pk}/details/",
                "/messages/",
            ),
            *(f"/me/replies/{notice}/", "/me/replies/", "/me/organisation/certificate/", "/accounts/me/profile/"),
            *(f"/activities/{activity.pk}/sign-up/", f"/activities/{activity.pk}/sign-up/box/"),
            f"/activities/sign-ups/{sign_up.pk}/cancel/",
        ):
            self.assert_harmless(address)
        self.client.force_login(make_staff(roles.ADMINISTRATOR))
        base = f"/admin/members/activity/{activity.pk}/sign-ups/"
        for address in (
            *(base, f"{base}?state=all", f"{base}add/?words=script", f"{base}export/", f"{base}sheet/"),
            *(f"/admin/members/reply/of/{notice}/", f"/admin/members/organisation/{organisation.pk}/change/"),
            *("/admin/members/organisation/", "/admin/audit/entry/", f"/admin/accounts/user/{person.pk}/change/"),
            *(door, f"{door}?code={check_in.code_of(sign_up)}", f"{door}?code=%22%3E{short}&words=%22%3E{short}"),
        ):
            self.assert_harmless(address)

    def test_words_of_the_site(self):
        attack, short = self.ATTACK, "<script>alert(1)"
        SiteSettings.objects.create(
            pk=1, name=attack[:40], name_en=attack[:80], description=attack, address=attack[:120], phone=attack[:40],
            hours=attack[:60], icp_number=short, public_security_number=short,
        )  # fmt: skip
        moment = timezone.now()
        Banner.objects.create(text=attack[:60], url='/"><script>alert(1)', ends_at=moment + timedelta(days=1))
        group = FriendlyLinkGroup.objects.create(title=short)
        group.links.create(title=attack[:40], url='https://example.org/"><script>alert(1)')
        NavigationItem.objects.create(title="<script>aler", url='/"><script>alert(1)')
        ServiceLink.objects.create(mark="<", title="<script>aler", description=attack[:30], url='/"><script>alert(1)')
        content_version.advance()
        for address in ("/", "/news/", "/accounts/login/"):
            self.assert_harmless(address)
