from contextlib import suppress
from html import escape
from pathlib import Path
from unittest import TestCase

from legacy.captures import MAX_CAPTURE_BYTES, CaptureError, notice_kind, read_capture

SEED = (Path(__file__).parents[2] / "seeds" / "portal-page.txt").read_bytes()


def as_html(capture, heading="<h3>{heading} <a href='/list'>更多&gt;&gt;</a></h3>"):
    """Return a page that shows ``capture`` with a navigation and a footer around it."""
    lists = "".join(
        "<div>{}<ul>{}</ul></div>".format(
            heading.format(heading=side_list.heading),
            "".join(f"<li><a href='/1'>{escape(item.text)}</a></li>" for item in side_list.items),
        )
        for side_list in capture.side_lists
    )
    lead = "".join(f"<p>&nbsp;&nbsp;{escape(paragraph)}</p>" for paragraph in capture.lead)
    return (
        "<!DOCTYPE html><html><head><title>协会</title><script>var a = '<p>';</script></head><body>"
        f"<nav><ul><li>首页</li></ul></nav><div>{lead}</div>{lists}<footer>版权所有</footer></body></html>"
    ).encode()


class ReadCaptureTests(TestCase):
    def assert_refused(self, data, code):
        with self.assertRaises(CaptureError) as caught:
            read_capture(data, "页面.txt")
        self.assertEqual(caught.exception.code, code)
        self.assertIn(code, CaptureError.CODES)
        self.assertEqual(caught.exception.params["name"], "页面.txt")
        return caught.exception.params

    def test_the_seed_is_read_as_it_is_written(self):
        capture = read_capture(SEED, "portal-page.txt")
        self.assertEqual(len(capture.lead), 6)
        self.assertTrue(capture.lead[0].startswith("8月29日上午,由上海市質(zhì)協(xié)"))
        self.assertEqual(
            [(side_list.heading, len(side_list.items)) for side_list in capture.side_lists],
            [("通知公告", 10), ("會員活動", 8), ("最新動態(tài)", 6)],
        )
        self.assertEqual([item.position for item in capture.side_lists[1].items], list(range(1, 9)))
        self.assertTrue(capture.side_lists[1].items[6].text.startswith("072022年上海市"))
        self.assertEqual(capture.unread, ())

    def test_a_byte_order_mark_and_line_ends_make_no_difference(self):
        expected = read_capture(SEED, "a")
        self.assertEqual(expected.text, SEED.decode())
        self.assertEqual(read_capture(b"\xef\xbb\xbf" + SEED, "a"), expected)
        self.assertEqual(read_capture(SEED.replace(b"\n", b"\r\n"), "a"), expected)

    def test_an_html_page_is_read_like_its_text(self):
        expected = read_capture(SEED, "a")
        self.assertEqual(read_capture(as_html(expected), "a"), expected)

    def test_more_may_come_before_its_heading(self):
        expected = read_capture(SEED, "a")
        page = as_html(expected, heading="<a class='more'>更多</a><h3>{heading}</h3>")
        page = page.replace(b"<a class='more'>", b"<div><a class='more'>").replace(
            "更多</a>".encode(), "更多</a></div>".encode()
        )
        self.assertEqual(read_capture(page, "a"), expected)

    def test_an_article_alone_is_a_capture(self):
        capture = read_capture("市质协在上海召开会员大组活动策划交流会，来自各大组的代表参加。\n".encode(), "a")
        self.assertEqual((len(capture.lead), capture.side_lists), (1, ()))

    def test_lines_that_fit_nowhere_are_told(self):
        capture = read_capture("通知公告\n更多\n- 甲\n续行\n- 乙".encode(), "a")
        self.assertEqual([item.text for item in capture.side_lists[0].items], ["甲", "乙"])
        self.assertEqual(capture.unread, ("续行",))

    def test_an_empty_file_is_refused(self):
        for data in (b"", b" \r\n", b"\xef\xbb\xbf"):
            self.assert_refused(data, "empty")

    def test_a_binary_file_is_refused(self):
        self.assert_refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary")

    def test_an_unknown_encoding_is_refused(self):
        self.assert_refused(b"\xff\xff\xff \x81\x20 abc", "encoding")

    def test_a_file_that_is_too_large_is_refused(self):
        params = self.assert_refused(b"-" * (MAX_CAPTURE_BYTES + 1), "too_large")
        self.assertEqual(params["size_bytes"], MAX_CAPTURE_BYTES + 1)
        self.assertEqual(params["limit_bytes"], MAX_CAPTURE_BYTES)

    def test_a_file_that_is_no_capture_is_refused(self):
        for text in (
            "import sys\n",
            "name,phone\n甲,1\n",
            '{"标题": "质量"}',
            "- 甲\n- 乙",
            "<html><p>Hello</p></html>",
        ):
            with self.subTest(text):
                self.assert_refused(text.encode(), "not_a_capture")

    def test_a_list_without_items_is_truncated(self):
        params = self.assert_refused("通知公告\n更多\n- 甲\n會員活動\n更多\n".encode(), "truncated")
        self.assertEqual(params["last"], "會員活動")

    def test_a_text_that_ends_in_the_middle_is_truncated(self):
        self.assert_refused(SEED[:-1], "truncated")
        for ending in ("最新動態", "- 01【會員", "- 市質(zh", "更"):
            with self.subTest(ending):
                self.assert_refused(f"通知公告\n更多\n- 甲\n{ending}".encode(), "truncated")
        page = as_html(read_capture(SEED, "a"))
        self.assert_refused(page[: page.rindex(b"</ul>")], "truncated")

    def test_another_encoding_is_refused_not_guessed(self):
        self.assert_refused(SEED.decode().encode("gb18030"), "encoding")

    def test_no_cut_of_the_seed_fails_in_another_way(self):
        for end in range(0, len(SEED), 7):
            with suppress(CaptureError):
                read_capture(SEED[:end], "a")


class NoticeKindTests(TestCase):
    def test_the_ending_tells_the_kind(self):
        self.assertEqual(notice_kind("关于开展评选活动的通知"), "通知")
        self.assertEqual(notice_kind("质量技术奖获奖名单公告"), "公告")
        self.assertEqual(notice_kind("关于候选人的公示（第二批）"), "公示")
        self.assertEqual(notice_kind("关于发布获奖名单的决定。"), "决定")

    def test_another_ending_tells_nothing(self):
        self.assertIsNone(notice_kind("2025年上海市产业质量攻关成果推荐工作启动"))
        self.assertIsNone(notice_kind("关于通知的说明"))
        self.assertIsNone(notice_kind(""))
