"""A person replies to a notice on a phone; staff look at the replies."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Reply
from publishing.models import Question
from tests.factories import make_administrator, make_notice, make_organisation, make_question, make_user
from tests.files import samples

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Question.Kind


@pytest.fixture
def enter(client, live_server):
    """A function that signs ``user`` in, in the browser of a page."""

    def sign_in(page, user):
        client.force_login(user)
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        cookies = {django_settings.SESSION_COOKIE_NAME: session, "signed_in": "1"}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )

    return sign_in


@pytest.fixture
def notice():
    notice = make_notice(
        title="样例：关于报送2026年质量月活动参加人员的通知",
        body="<p>样例正文。请各会员单位于截止时间前提交回执。</p>" * 6,
        deadline_at=timezone.now() + timedelta(days=9),
        deadline_purpose="回执",
    )
    make_question(notice, "参加人数", hint="含领队。")
    make_question(notice, "是否用餐", kind=Kind.YES_NO)
    make_question(notice, "参加的分会场", kind=Kind.CHOICES, choices="样例一号会场\n样例二号会场\n样例三号会场")
    make_question(notice, "人员名单", kind=Kind.FILE, hint="PDF 或 Excel。")
    make_question(notice, "其他说明", kind=Kind.LONG_TEXT, is_required=False)
    return notice


@pytest.fixture
def own_media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def holds_its_width(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_notice_is_answered_on_a_phone(phone, enter, notice, own_media_folder, assert_accessible):
    person = make_user(name="样例联系人")
    make_organisation(name="样例精密机械有限公司", people=[person])
    enter(phone, person)
    phone.goto(notice.get_absolute_url())
    phone.get_by_role("link", name="提交回执").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("质量月活动参加人员")
    assert_accessible(phone)
    assert holds_its_width(phone)
    # What is missing is told; the file that was chosen stays.
    phone.get_by_label("参加人数").fill("3")
    phone.get_by_label("人员名单").set_input_files(
        {"name": "名单.pdf", "mimeType": "application/pdf", "buffer": samples.PDF}
    )
    phone.get_by_label("样例二号会场").check()
    form = phone.locator("form", has=phone.get_by_label("参加人数"))
    form.evaluate("form => { form.noValidate = true }")
    phone.get_by_role("button", name="提交回执").click()
    expect(phone.get_by_role("alert")).to_contain_text("是否用餐")
    expect(phone.get_by_text("已上传：名单.pdf")).to_be_visible()
    assert_accessible(phone)
    assert holds_its_width(phone)
    phone.get_by_role("group", name="是否用餐").get_by_label("是", exact=True).check()
    phone.get_by_role("button", name="提交回执").click()
    expect(phone.get_by_role("status").filter(has_text="回执已提交")).to_be_visible()
    expect(phone.get_by_role("link", name="名单.pdf")).to_be_visible()
    assert_accessible(phone)
    answers = Reply.objects.get().answers
    people, lunch, places, _list = notice.dossier.questions.exclude(kind=Kind.LONG_TEXT)
    assert [answers[str(question.pk)] for question in (people, lunch, places)] == ["3", True, ["样例二号会场"]]
    # And changed.
    phone.get_by_role("link", name="修改回执").click()
    phone.get_by_label("参加人数").fill("5")
    phone.get_by_role("button", name="保存回执").click()
    expect(phone.get_by_text("5", exact=True)).to_be_visible()
    phone.goto("/me/replies/")
    expect(phone.get_by_role("heading", name="已回执")).to_be_visible()
    assert_accessible(phone)
    assert holds_its_width(phone)


def test_staff_ask_questions_and_look_at_the_replies(page, phone, enter, notice, assert_accessible):
    administrator, person = make_administrator(), make_user(name="样例联系人", phone="13800138000")
    organisation = make_organisation(name="样例精密机械有限公司", people=[person])
    for number in range(5):
        make_organisation(name=f"样例单位{number}", telephone="021-00000000")
    first = notice.dossier.questions.first()
    Reply.objects.create(dossier=notice.dossier, organisation=organisation, by=person, answers={str(first.pk): "3"})
    for window in (page, phone):
        enter(window, administrator)
        window.goto(f"/admin/notices/notice/{notice.pk}/change/")
        window.get_by_role("link", name="回执问题").click()
        expect(window.get_by_text("参加的分会场")).to_be_visible()
        assert_accessible(window)
        window.get_by_role("link", name="添加问题").click()
        assert_accessible(window)
        window.goto(f"/admin/notices/notice/{notice.pk}/change/")
        window.get_by_role("link", name="回执", exact=True).click()
        expect(window.get_by_role("rowheader", name="样例精密机械有限公司")).to_be_visible()
        assert_accessible(window)
        assert holds_its_width(window)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 XLSX").click()
    assert download.value.suggested_filename == f"回执 {notice.pk}.xlsx"
