"""Signing in and out, and the name in the page's header. What attackers try is in tests/security."""

from django.test import TestCase
from django.urls import reverse

from tests.factories import make_administrator, make_article, make_reader_group, make_user
from tests.html import addresses, all_of, assert_valid_html, words

LOGIN, LOGOUT, ME = (reverse(f"accounts:{name}") for name in ("login", "logout", "me"))
PASSWORD = "a long password 9"


class SignInTests(TestCase):
    def setUp(self):
        self.user = make_user(username="wang", name="样例人员", password=PASSWORD)

    def sign_in(self, **data):
        return self.client.post(LOGIN, {"username": "wang", "password": PASSWORD, **data})

    def fields(self, response):
        """Return {name: value} of the form, the page being sound."""
        page = assert_valid_html(response)
        return {field.get("name"): field.get("value") for field in page.findall(".//main//input")}

    def test_every_field_has_its_label_and_nothing_needs_a_script(self):
        page = assert_valid_html(self.client.get(LOGIN))
        [form] = page.findall(".//main//form")
        self.assertEqual(form.get("method"), "post")
        labels = {label.get("for"): words(label) for label in form.iter("label")}
        typed = [field for field in form.iter("input") if field.get("type") != "hidden"]
        self.assertEqual([labels[field.get("id")] for field in typed], ["用户名、邮箱或手机号", "密码"])
        self.assertEqual([field.get("autocomplete") for field in typed], ["username", "current-password"])
        hidden_until_scripted = [button for button in form.iter("button") if button.get("hidden") is not None]
        self.assertEqual([button.get("type") for button in hidden_until_scripted], ["button"])

    def test_it_is_kept_nowhere_and_search_engines_pass_by(self):
        response = self.client.get(LOGIN)
        self.assertIn("no-store", response.headers["Cache-Control"])
        self.assertContains(response, '<meta name="robots" content="noindex">', html=True)

    def test_staff_and_others_come_in_by_the_same_door(self):
        make_administrator(username="staff", password=PASSWORD)
        for username, lands_on in (("wang", "/me/"), ("staff", "/")):
            self.client.logout()
            self.assertRedirects(self.sign_in(username=username), lands_on)

    def test_whoever_is_signed_in_has_nothing_to_do_there(self):
        self.sign_in()
        self.assertRedirects(self.client.get(LOGIN), "/me/")

    def test_a_member_is_led_back_to_the_page_that_was_closed(self):
        url = make_article(readers=[make_reader_group(self.user)]).get_absolute_url()
        self.assertEqual(self.client.get(url).status_code, 404)
        carried = self.fields(self.client.get(LOGIN, {"next": url}))["next"]
        self.assertEqual(carried, url)
        self.assertRedirects(self.sign_in(next=carried), url)

    def test_a_mistake_keeps_the_name_and_the_way_back_and_never_the_password(self):
        response = self.sign_in(password="secret-of-mine", next="/news/")
        self.assertContains(response, "用户名或密码有误")
        self.assertNotContains(response, "secret-of-mine")
        fields = self.fields(response)
        self.assertEqual((fields["username"], fields["next"]), ("wang", "/news/"))

    def test_what_was_typed_as_a_name_is_text(self):
        hostile = '"><script>alert(1)</script>'
        self.assertEqual(self.fields(self.sign_in(username=hostile))["username"], hostile)

    def test_the_summary_of_errors_leads_to_the_fields(self):
        page = assert_valid_html(self.sign_in(username="", password=""))
        [summary] = all_of(page, "errors")
        self.assertEqual(summary.get("role"), "alert")
        self.assertEqual(addresses(summary), ["#id_username", "#id_password"])
        invalid = [field.get("name") for field in page.iter("input") if field.get("aria-invalid") == "true"]
        self.assertEqual(invalid, ["username", "password"])

    def test_a_closed_account_does_not_get_in(self):
        self.user.is_active = False
        self.user.save()
        self.assertContains(self.sign_in(), "用户名或密码有误")
        self.assertEqual(self.client.get(ME).json(), {"name": None})

    def test_signing_out_ends_the_session_and_takes_its_cookies_back(self):
        self.sign_in()
        self.assertEqual(self.client.cookies["signed_in"].value, "1")
        response = self.client.post(LOGOUT)
        self.assertRedirects(response, "/")
        for name in ("sessionid", "signed_in"):
            self.assertEqual(response.cookies[name].value, "", name)
        self.assertEqual(self.client.get(ME).json(), {"name": None})

    def test_a_link_cannot_sign_anybody_out(self):
        self.sign_in()
        self.assertEqual(self.client.get(LOGOUT).status_code, 405)
        self.assertEqual(self.client.get(ME).json()["name"], "样例人员")


class NameTests(TestCase):
    def test_a_reader_learns_the_own_name_and_no_way_to_the_admin(self):
        self.client.force_login(make_user(name="样例读者"))
        answer = self.client.get(ME).json()
        self.assertEqual((answer["name"], answer["is_staff"], answer["admin_url"]), ("样例读者", False, None))
        self.assertEqual(answer["logout_url"], LOGOUT)

    def test_staff_learn_the_way_to_the_admin(self):
        self.client.force_login(make_administrator())
        self.assertEqual(self.client.get(ME).json()["admin_url"], "/admin/")

    def test_without_a_name_the_account_is_called_by_its_user_name(self):
        self.client.force_login(make_user(username="wang", name=""))
        self.assertEqual(self.client.get(ME).json()["name"], "wang")

    def test_when_the_session_has_ended_the_header_stops_asking(self):
        self.client.cookies["signed_in"] = "1"
        response = self.client.get(ME)
        self.assertEqual(response.json(), {"name": None})
        self.assertEqual(response.cookies["signed_in"].value, "")

    def test_no_cache_keeps_the_answer(self):
        self.client.force_login(make_user())
        cache_control = self.client.get(ME).headers["Cache-Control"]
        self.assertIn("no-store", cache_control)
        self.assertIn("private", cache_control)
