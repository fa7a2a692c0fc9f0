"""Jobs of publishing."""

from django_tasks import task

from . import subjects


@task()
def purge(subject, pk):
    """Delete an item that has lain in the trash long enough; one that was restored since is left alone."""
    item = subjects.model_for(subject).objects.to_purge().filter(pk=pk).first()
    if item is not None:
        item.purge(by=None)
