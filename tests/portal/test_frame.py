"""The frame around every public page, and the pages for what is not there."""

import re
from pathlib import Path

import html5lib
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory, SimpleTestCase, TestCase
from django.urls import reverse

from files.models import Asset
from portal.models import NavigationItem, SiteSettings
from publishing import content_version

STATIC = Path(settings.BASE_DIR) / "static"


def parse(html):
    """Return ``html`` (str) as a tree; an error of markup is raised."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def render_include(name, path="/", **context):
    request = RequestFactory().get(path)
    return render_to_string(f"includes/{name}.html", context, request=request)


class FrameTests(TestCase):
    def get_missing_page(self, path="/nowhere/"):
        response = self.client.get(path)
        self.assertEqual(response.status_code, 404)
        return response.content.decode()

    def test_a_missing_page_shows_the_frame_and_is_sound_markup(self):
        html = self.get_missing_page()
        self.assertIn(reverse("accounts:login"), html)
        parse(html)

    def test_it_holds_nothing_inline_that_the_policy_forbids(self):
        html = self.get_missing_page()
        self.assertNotRegex(html, r"(?i)\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)")

    def test_the_same_page_is_served_to_all_and_holds_no_token(self):
        self.assertRegex(self.get_missing_page(), r'name="csrfmiddlewaretoken">')
        self.assertNotIn("csrftoken", self.client.cookies)

    def test_reading_size_links_keep_the_other_parameters(self):
        self.assertIn('href="?page=3&amp;year=2025&amp;zihao=da"', self.get_missing_page("/nowhere/?page=3&year=2025"))

    def test_the_chosen_reading_size_is_in_the_page(self):
        self.client.cookies["zihao"] = "teda"
        html = self.get_missing_page()
        self.assertIn('data-zihao="teda"', html)
        self.assertRegex(html, r'data-reading-size="teda"[^>]*aria-current="true"')

    def test_the_navigation_marks_the_page_and_its_section(self):
        SiteSettings.objects.create(pk=1, name="样例协会")
        for order, url in enumerate(["/", "/nowhere/", "/nowhere/else/"]):
            NavigationItem.objects.create(title=f"样例{order}", url=url, order=order)
        content_version.advance()
        html = self.get_missing_page("/nowhere/else/")
        self.assertIn("<title>没有找到这个页面 - 样例协会</title>", html)
        states = re.findall(r'<a href="([^"]*)"(?: aria-current="(\w+)")?>样例\d</a>', html)[:3]
        self.assertEqual(states, [("/", ""), ("/nowhere/", "true"), ("/nowhere/else/", "page")])


class StandaloneErrorTests(SimpleTestCase):
    """Django renders these three without a request."""

    def test_they_are_whole_pages_whose_files_exist(self):
        for name in ("400.html", "500.html", "403_csrf.html"):
            with self.subTest(name):
                html = render_to_string(name)
                parse(html)
                for path in re.findall(r'(?:href|src)="/static/([^"]+)"', html):
                    self.assertTrue((STATIC / path).is_file(), path)

    def test_the_page_for_a_broken_system_speaks_chinese(self):
        self.assertIn("系统暂时不可用", render_to_string("500.html"))


class PagerTests(SimpleTestCase):
    def pages(self, number, total, query=""):
        page = Paginator(range(total * 10), 10).page(number)
        html = render_include("pager", page_obj=page, query=query)
        parse(f"<!DOCTYPE html><title>-</title>{html}")
        return html

    def test_one_page_needs_no_pager(self):
        self.assertEqual(self.pages(1, 1).strip(), "")

    def test_up_to_seven_pages_are_all_linked(self):
        html = self.pages(4, 7)
        self.assertEqual(re.findall(r'aria-label="第 (\d) 页"', html), list("1234567"))
        self.assertNotIn("…", html)

    def test_more_pages_are_elided(self):
        html = self.pages(10, 20)
        self.assertEqual(re.findall(r'aria-label="第 (\d+) 页"', html), ["1", "9", "10", "11", "20"])
        self.assertEqual(html.count("…"), 2)

    def test_links_keep_the_filters(self):
        self.assertIn(
            'href="?kind=notice&amp;year=2025&amp;page=3" rel="next"', self.pages(2, 3, "kind=notice&year=2025")
        )

    def test_the_first_page_has_no_previous_and_the_last_no_next(self):
        self.assertNotIn('rel="prev"', self.pages(1, 3))
        self.assertNotIn('rel="next"', self.pages(3, 3))


class PictureTests(SimpleTestCase):
    def test_a_missing_picture_becomes_a_cover_that_exists(self):
        html = render_include("picture", picture=None, cover="chengshi", shape="art-card")
        [path] = re.findall(r'src="/static/([^"]+)"', html)
        self.assertTrue((STATIC / path).is_file())

    def test_a_picture_is_offered_in_its_renditions(self):
        asset = Asset(pk=7, kind="image", storage_name="images/a.jpg", width=1600, height=1000)
        html = render_include("picture", picture=asset, cover="chengshi", shape="art-card", sizes="50vw", alt="港口")
        self.assertIn('srcset="/files/7/480.webp 480w, /files/7/960.webp 960w, /files/7/1600.webp 1600w"', html)
        self.assertIn('src="/files/7/1600.jpg" srcset="/files/7/480.jpg 480w', html)
        self.assertIn('alt="港口" width="1600" height="1000"', html)


class BreadcrumbTests(SimpleTestCase):
    def test_the_last_step_is_the_page_itself_and_no_link(self):
        html = render_include("breadcrumbs", trail=[("首页", "/"), ("通知公告", "/notices/"), ("通知", None)])
        self.assertEqual(re.findall(r'href="([^"]+)"', html), ["/", "/notices/"])
        self.assertRegex(html, r'aria-current="page"><span itemprop="name">通知</span>')


class StylesheetTests(SimpleTestCase):
    def test_colours_and_font_sizes_are_named_in_the_tokens_alone(self):
        for sheet in sorted((STATIC / "css").glob("*.css")):
            rules = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S)
            if sheet.name == "tokens.css":
                continue
            if sheet.name == "admin.css":  # says the dark tokens again, for the admin's own switch
                rules = re.sub(r"--[\w-]+:[^;]+;", "", rules)
            with self.subTest(sheet.name):
                self.assertNotRegex(rules, r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)|rgba?\(|hsla?\(")
                self.assertNotRegex(rules, r"font(?:-size)?:[^;]*\d(?:rem|px)")

    def test_every_custom_property_in_use_is_defined(self):
        text = "".join(sheet.read_text("utf-8") for sheet in (STATIC / "css").glob("*.css"))
        used, defined = set(re.findall(r"var\((--[\w-]+)", text)), set(re.findall(r"(--[\w-]+):", text))
        self.assertEqual(used - defined, set())

    def test_a_page_loads_only_stylesheets_and_scripts_that_exist(self):
        for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
            for path in re.findall(r"""\{% static ['"]((?:css|js)/[^'"]+)['"] %\}""", template.read_text("utf-8")):
                self.assertTrue((STATIC / path).is_file(), f"{template}: {path}")


class LibraryTests(SimpleTestCase):
    def test_the_home_page_is_no_section(self):
        request = RequestFactory().get("/news/1/")
        template = Template("{% load chrome %}{% current_state '/' as state %}[{{ state }}]")
        self.assertEqual(template.render(Context({"request": request})), "[]")
