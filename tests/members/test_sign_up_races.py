"""Many people who send the form at the same moment to a real server: what the database holds, and what each was told."""

import re
from http import HTTPStatus
from threading import Semaphore
from unittest.mock import patch
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import html5lib
import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client, LiveServerTestCase
from django.test.testcases import LiveServerThread
from django.urls import reverse

from members import consent, signing_up
from members.models import Activity, SignUp
from outbox.models import Message
from tests.factories import make_open_activity, make_user
from tests.html import all_of, words
from tests.parallel import at_once, deferred_transactions

SEATS, PEOPLE, TIMES = 5, 24, 2
AT_A_TIME = 24
TOKEN = "a" * 32  # of the form; it must be the one in the cookie, and is nobody's secret here
State = SignUp.State


class Server(ThreadedWSGIServer):
    """Takes all who come at once, and serves AT_A_TIME of them: PostgreSQL has a hundred connections for all tests."""

    request_queue_size = 128
    slots = Semaphore(AT_A_TIME)

    def process_request_thread(self, request, client_address):
        with self.slots:
            super().process_request_thread(request, client_address)


class ServerThread(LiveServerThread):
    server_class = Server


class SignUpRaceTests(LiveServerTestCase):
    server_thread_class = ServerThread

    def visitor_of(self, person):
        """Return a function that sends the form as ``person`` does, and returns (status, words of the page, standing)."""
        client = Client()
        client.force_login(person)
        cookies = {
            settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
            settings.CSRF_COOKIE_NAME: TOKEN,
        }
        form = {"csrfmiddlewaretoken": TOKEN, "agrees": "on", "agreed_text": self.agreed_text}
        request = Request(  # noqa: S310  of our own server
            self.live_server_url + reverse("members:sign_up", args=[self.activity.pk]),
            data=urlencode(form).encode(),
            headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())},
        )

        def send():
            try:
                with urlopen(request, timeout=120) as answer:  # noqa: S310  which follows to the page of the result
                    return answer.status, html5lib.parse(answer.read().decode(), namespaceHTMLElements=False)
            except HTTPError as error:
                return error.code, None

        return send

    def play(self):
        """Let PEOPLE ask for SEATS places, each TIMES times at once; AssertionError if anything is not as it should be."""
        self.activity = make_open_activity(seats=SEATS)
        text = consent.current_text()
        text.save()
        self.agreed_text = text.text
        people = [make_user() for _number in range(PEOPLE)]
        served = []  # people, in the order in which they got the lock
        objection_to_person = signing_up.objection_to_person

        def note(activity, person, *args):
            served.append(person.pk)
            return objection_to_person(activity, person, *args)

        with patch.object(signing_up, "objection_to_person", note):
            outcomes = at_once([self.visitor_of(person) for person in people * TIMES], connected=False)
        self.assert_sound(people, served, outcomes)

    def assert_sound(self, people, served, outcomes):
        self.assertEqual([error for error in outcomes if isinstance(error, Exception)], [])
        self.assertEqual({status for status, _page in outcomes}, {HTTPStatus.OK})

        rows = list(SignUp.objects.filter(activity=self.activity).with_ahead().order_by("pk"))
        self.assertEqual(len(rows), PEOPLE)
        self.assertEqual([row.seat for row in rows], [1, 2, 3, 4, 5] + [None] * (PEOPLE - SEATS))
        self.assertEqual([row.ahead_count for row in rows[SEATS:]], list(range(PEOPLE - SEATS)))
        self.assertEqual([row.person_id for row in rows], list(dict.fromkeys(served)))

        by_person = {row.person_id: row for row in rows}
        for person, (_status, page) in zip(people * TIMES, outcomes, strict=True):
            self.assertEqual(told_by(page), stored(by_person[person.pk]))
        told = Message.objects.filter(to__in=people).order_by("pk").values_list("to", "key")
        self.assertEqual(sorted(told), sorted((row.person_id, f"sign-up:{row.pk}:{row.state}") for row in rows))

    def test_each_place_is_given_once_in_the_order_in_which_people_came(self):
        self.play()

    @pytest.mark.long
    def test_ten_times_over(self):
        for _round in range(10):
            self.play()

    def test_without_the_lock_this_would_be_noticed(self):
        unlocked = patch.object(signing_up, "locked", lambda pk: Activity.objects.get(pk=pk))
        with unlocked, deferred_transactions(), self.assertLogs("django.request"), self.assertRaises(AssertionError):
            self.play()


def told_by(page):
    """Return (word of the state, how many stand before or None) as the page of the result tells it."""
    [standing] = all_of(page, "standing")
    [badge] = all_of(standing, "badge")
    ahead = re.search(r"前面还有 (\d+) 人", words(standing))
    return words(badge), int(ahead[1]) if ahead else None


def stored(row):
    return str(row.state.label), row.ahead_count if row.state == State.WAITING else None
