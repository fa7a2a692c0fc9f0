"""What the tests of the lists of all subjects share."""

from datetime import datetime

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.files.samples import OwnMediaFolder
from tests.html import all_of, assert_valid_html, words

MOST_QUERIES = 5


def on(year, month, day=15, hour=9):
    """Return a moment in Shanghai."""
    return timezone.make_aware(datetime(year, month, day, hour, 30))


def month_headings(page):
    """Return the headings over the groups of rows, in their order."""
    return [words(heading) for month in all_of(page, "month") for heading in month.iter("h2")]


def result_line(page):
    return words(page.find(".//main//*[@role='status']"))


def hidden_fields(page):
    """Return {name: value} of what the filter form carries along unseen."""
    hidden = page.findall(".//main//input[@type='hidden']")
    return {field.get("name"): field.get("value") for field in hidden}


def clearing_links(page):
    """Return {what the link says: where it leads} of the filters in force."""
    return {words(link): link.get("href") for box in all_of(page, "clears") for link in box.iter("a")}


def tabs(page):
    """Return the words of the tabs and those of the current one."""
    links = [link for box in all_of(page, "tabs") for link in box.iter("a")]
    [current] = [words(link) for link in links if link.get("aria-current")]
    return [words(link) for link in links], current


class ListTestCase(OwnMediaFolder, TestCase):
    url = ""  # of the list

    def get(self, **query):
        response = self.client.get(self.url, query)
        self.assertEqual(response.status_code, 200)
        return assert_valid_html(response)

    def assert_missing(self, **query):
        self.assertEqual(self.client.get(self.url, query).status_code, 404, query)

    def count_queries(self, query):
        with CaptureQueriesContext(connection) as captured:
            self.client.get(self.url, query)
        return len(captured)

    def assert_queries_do_not_grow(self, add_rows, queries=({},)):
        """Try each of ``queries`` (dicts) with the rows of ``add_rows()`` and with ten times as many, after a warm-up."""

        def counts():
            for query in queries:
                self.assertEqual(self.client.get(self.url, query).status_code, 200, query)
            return [self.count_queries(query) for query in queries]

        add_rows()
        for_few = counts()
        for _time in range(9):
            add_rows()
        self.assertEqual(counts(), for_few)
        self.assertLessEqual(max(for_few), MOST_QUERIES)
