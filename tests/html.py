"""Public pages as the tests read them: sound markup within the policy, and the words that stand on it."""

import html5lib


def assert_valid_html(response):
    """Return the page of ``response`` as an element tree; AssertionError if a strict parser or our policy objects."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(response.content.decode())
    assert not parser.errors, [(place, html5lib.constants.E[code] % data) for place, code, data in parser.errors]
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"an id stands twice: {sorted(ids)}"
    for element in tree.iter():
        for name, value in element.items():
            assert name != "style", f"a style on <{element.tag}>"
            assert not name.startswith("on"), f"{name} on <{element.tag}>"
            if name in ("aria-labelledby", "aria-describedby", "for"):
                assert set(value.split()) <= set(ids), f"{name}={value!r} points nowhere"
    for tag in ("style", "script"):
        assert all(element.get("src") for element in tree.iter(tag)), f"<{tag}> in the page"
    assert len(list(tree.iter("h1"))) == 1
    return tree


def words(element):
    """Return the text of ``element`` with single spaces; the joiners that keep marks on their line are left out."""
    return " ".join("".join(element.itertext()).replace("\u2060", "").split())


def all_of(tree, css_class):
    """Return the elements of ``tree`` that have ``css_class``, in their order."""
    return [element for element in tree.iter() if css_class in (element.get("class") or "").split()]


def titles(tree):
    """Return the words of all linked titles of items, in their order."""
    return [words(element) for element in all_of(tree, "t")]


def addresses(tree):
    """Return where the links of ``tree`` lead, in their order."""
    return [element.get("href") for element in tree.iter("a")]
