"""The address that mails name: set, or made of the host names; an odd one stops the start."""

import pytest
from environs import Env, EnvError

from qualitysite import env
from qualitysite.env import portal_url


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setattr(env, "env", Env())  # the settings have sealed theirs
    monkeypatch.delenv("PORTAL_URL", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    return monkeypatch


@pytest.mark.parametrize("hosts", [[], ["localhost", "127.0.0.1"]])
def test_on_this_machine_it_is_where_the_portal_listens(hosts, environment):
    assert portal_url(hosts) == "http://127.0.0.1:8000"
    environment.setenv("PORT", "8123")
    assert portal_url(hosts) == "http://127.0.0.1:8123"


@pytest.mark.parametrize("host", ["www.example.org", ".example.org"])
def test_for_the_public_it_is_the_first_host(host):
    assert portal_url([host, "localhost"]) == f"https://{host.lstrip('.')}"


def test_of_any_host_no_address_can_be_made():
    with pytest.raises(EnvError, match="PORTAL_URL"):
        portal_url(["*"])


def test_what_is_set_wins_and_ends_without_a_slash(environment):
    environment.setenv("PORTAL_URL", "https://portal.example.org:8443/")
    assert portal_url(["www.example.org"]) == "https://portal.example.org:8443"


@pytest.mark.parametrize(
    "url", ["", "www.example.org", "ftp://example.org", "https://example.org/portal", "https://a b"]
)
def test_an_odd_one_is_refused_with_its_name(url, environment):
    environment.setenv("PORTAL_URL", url)
    with pytest.raises(EnvError, match="PORTAL_URL"):
        portal_url(["www.example.org"])
