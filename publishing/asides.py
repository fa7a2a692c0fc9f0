"""The short lists beside an item: the newest of every subject, the same for every reader."""

from dataclasses import dataclass

from . import content_version, parts, subjects

LENGTH = 5


@dataclass
class Aside:
    subject: str
    title: str
    more_url: str
    items: list


def of_request(request):
    """Return the Asides of all subjects that have any, remembered per content version: no query on a warm request."""
    return content_version.remember("asides", content_version.current_for(request), build)


def build():
    asides = []
    for model in subjects.models():
        if not model.is_listed_beside:
            continue
        items = list(model.objects.listed(None).for_lists()[:LENGTH])
        if items:
            title = model._meta.app_config.verbose_name
            asides.append(Aside(model.subject(), str(title), model.list_url(), items))
    parts.with_labels(item for aside in asides for item in aside.items)
    return asides
