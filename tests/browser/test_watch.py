"""The watch behind every browser test sees what it is there for."""

import pytest
from playwright.sync_api import expect


def plant(page, script):
    """Run ``script`` on the home page and wait until the browser has told all about it."""
    page.goto("/")
    page.evaluate(script)
    page.wait_for_timeout(300)


def test_a_page_without_problems_passes(page, problems):
    plant(page, "1")
    assert problems == []


def test_an_inline_script_is_seen_as_a_violation_of_the_policy(page, problems):
    plant(page, "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = true'}))")
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in problem for problem in problems)
    problems.clear()


def test_a_picture_of_another_host_is_seen(page, problems):
    plant(page, "document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/a.png'}))")
    assert any("elsewhere.example" in problem for problem in problems)
    problems.clear()


def test_an_error_in_a_script_is_seen(page, problems):
    plant(page, "setTimeout(() => { throw new Error('planted') })")
    assert any("planted" in problem for problem in problems)
    problems.clear()


def test_a_missing_file_is_seen(page, problems):
    plant(page, "document.body.append(Object.assign(new Image(), {src: '/static/missing.png'}))")
    assert any("answered 404" in problem for problem in problems)
    problems.clear()


def test_a_page_that_is_meant_to_be_missing_is_no_problem(page, problems):
    response = page.goto("/no-such-page/")
    assert response.status == 404
    page.wait_for_timeout(300)
    assert problems == []


def test_axe_runs_under_the_policy_and_sees_a_picture_without_text(page, assert_accessible):
    plant(page, "document.body.append(Object.assign(new Image(), {src: '/static/art/yin.svg'}))")
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)


def test_a_phone_is_390_pixels_wide(phone):
    phone.goto("/")
    assert phone.evaluate("document.documentElement.clientWidth") == 390
    expect(phone.locator("body")).to_be_visible()
