"""Captchas: drawn when they are needed, in a picture or in words, good for one try, so many an address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils.timezone import now

from tests.support.doors import browser_at, captcha, is_in
from tests.support.pages import page_of, seed
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
RIGHT = "Zhuxue2026"


def rows() -> Any:
    from captcha.models import CaptchaStore

    return CaptchaStore.objects.all()


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def field_of(answer: Any) -> Any:
    return soup(answer).select_one("[data-captcha]")


@pytest.fixture
def visitor(association: Any) -> Client:
    return browser_at(association)


def in_words(browser: Client, path: str = "/verify/", **typed: str) -> Any:
    """The page after the button for a question in words."""
    shown = captcha(browser.get(path))
    return browser.post(path, typed | shown | {"captcha_1": "", "captcha_other": "words"})


def test_reading_the_portal_draws_no_captcha(association: Any, visitor: Client) -> None:
    seed(association)
    page = page_of(visitor.get("/"))
    assert not rows().exists()
    fields = page.select("[data-captcha][data-later]")
    assert len(fields) == 2
    assert not [part for field in fields for part in field.select("[name], [required], img")]


def test_signing_in_from_the_home_page_without_a_script_asks_for_the_captcha(association: Any, visitor: Client) -> None:
    user = make_user()
    typed = {"account": user.id_number, "password": RIGHT, "tab": "person"}
    page = visitor.post("/signin/", typed)
    assert (page.status_code, soup(page).select_one("#id_account")["value"]) == (400, user.id_number)
    assert is_in(visitor.post("/signin/", typed | captcha(page)))


def test_a_script_gets_the_field_with_another_challenge(visitor: Client) -> None:
    picture = visitor.get("/captcha/refresh/?kind=picture&id=look_up_captcha_1")
    assert picture["Cache-Control"].startswith("max-age=0")
    field = field_of(picture)
    assert field.select_one("#look_up_captcha_1")["name"] == "captcha_1"
    assert visitor.get(field.img["src"]).status_code == 200
    words = field_of(visitor.get("/captcha/refresh/?kind=words&id=%22%3E%3Cscript%3E"))
    assert words.select_one("label")["for"] == "id_captcha_1"
    assert not words.img
    assert "等于几？" in words.label.text


def test_who_cannot_read_the_picture_answers_a_question_and_keeps_what_was_typed(visitor: Client) -> None:
    page = in_words(visitor, name="陈志强", number="X1")
    form = soup(page)
    assert (form.select_one("#id_name")["value"], form.select_one("#id_number")["value"]) == ("陈志强", "X1")
    field = field_of(page)
    assert field.label.text.endswith("等于几？")
    assert field.select_one("[data-answer]").has_attr("autofocus")
    assert not field.select("img, [aria-invalid]")
    found = visitor.post("/verify/", {"name": "陈志强", "number": "X1"} | captcha(page))
    assert "没有查到这本证书" in found.content.decode()


def test_the_question_is_english_on_an_english_page(visitor: Client) -> None:
    visitor.post("/language/", {"language": "en", "next": "/"})
    assert field_of(in_words(visitor)).label.text.startswith("How much is ")


def test_a_wrong_answer_leads_to_another_question_not_to_a_picture(visitor: Client) -> None:
    page = in_words(visitor)
    wrong = captcha(page) | {"captcha_1": "999", "captcha_kind": "words", "name": "陈志强", "number": "X1"}
    again = visitor.post("/verify/", wrong)
    field = field_of(again)
    assert "答案不对，请回答新的一题。" in field.text
    assert field.select_one("[data-answer]")["aria-invalid"] == "true"
    assert field.select_one("[name=captcha_0]")["value"] != wrong["captcha_0"]
    back = visitor.post("/verify/", wrong | captcha(again) | {"captcha_other": "picture"})
    assert field_of(back).img


def test_a_question_is_good_for_one_try_and_for_five_minutes(visitor: Client) -> None:
    typed = {"name": "陈志强", "number": "X1", "captcha_kind": "words"}
    spoilt = captcha(in_words(visitor))
    assert visitor.post("/verify/", typed | spoilt | {"captcha_1": "999"}).status_code == 422
    assert visitor.post("/verify/", typed | spoilt).status_code == 422, "the right answer comes too late"
    late = captcha(in_words(visitor))
    rows().update(expiration=now() - timedelta(seconds=1))
    assert visitor.post("/verify/", typed | late).status_code == 422
    used = captcha(in_words(visitor))
    assert visitor.post("/verify/", typed | used).status_code == 200
    assert visitor.post("/verify/", typed | used).status_code == 422


def test_the_sign_in_after_a_failure_takes_words_too_and_stays_with_them(lingzhu: Any) -> None:
    user, browser = make_user(), browser_at(lingzhu)
    typed = {"account": user.id_number, "password": "wrong"}
    browser.post("/signin/", typed)
    page = in_words(browser, "/signin/", **typed)
    assert b"callout-bad" not in page.content, "asking for a question is no failure"
    failed = browser.post("/signin/", typed | captcha(page) | {"captcha_kind": "words"})
    assert b"callout-bad" in failed.content
    assert "等于几？" in field_of(failed).label.text
    assert is_in(browser.post("/signin/", typed | {"password": RIGHT} | captcha(failed)))


def test_questions_in_words_are_few_an_address_pictures_many(lingzhu: Any, association: Any) -> None:
    here, there = browser_at(association, "240e:3b7:2c00:1::1"), browser_at(association, "203.0.113.9")
    for _ in range(6):
        assert "等于几？" in here.get("/captcha/refresh/?kind=words").content.decode()
    neighbour = browser_at(association, "240e:3b7:2c00:1::2")
    refused = neighbour.get("/captcha/refresh/?kind=words")
    assert "文字算题" in field_of(refused).select_one("[id$=-error]").text
    assert field_of(refused).img, "a picture is there still"
    assert "等于几？" in there.get("/captcha/refresh/?kind=words").content.decode()


def test_drawing_has_a_limit_and_the_page_says_so(association: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenants.captchas import draw

    monkeypatch.setitem(draw.A_MINUTE, "picture", 3)
    browser = browser_at(association)
    statuses = [browser.get("/captcha/refresh/").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert rows().count() == 3
    page = browser.get("/verify/")
    assert page.status_code == 200
    assert "请一分钟后重新打开本页" in field_of(page).text
