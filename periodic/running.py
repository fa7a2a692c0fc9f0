"""Running what is due."""

import io
import logging

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task

from .models import Job

logger = logging.getLogger(__name__)


def run_due(at=None):
    """Run each job that is due at ``at`` (aware datetime, default now); return {name: whether it succeeded}.

    One that fails is logged, stops no other and is tried again when it is due the next time.
    """
    at = at or timezone.now()
    results = {}
    for name in Job.objects.due(at):
        job = Job.objects.claim(name, at)
        if job is None:
            continue
        what, _minutes = settings.PERIODIC[name]
        try:
            outcome = run(what)
        except Exception as error:  # whatever it is, the other jobs are due as well
            logger.exception("The periodic job %s failed", name)
            job.note_end(f"{type(error).__name__}: {error}")
            results[name] = False
        else:
            logger.info("The periodic job %s: %s", name, outcome)
            job.note_end()
            results[name] = True
    return results


def run(what):
    """Run ``what``: the dotted path of a function or task without arguments, or the name of a management command.

    Return what it gave, of a command what it printed.
    """
    if "." not in what:
        printed = io.StringIO()
        call_command(what, stdout=printed)
        return printed.getvalue().strip()
    function = import_string(what)
    return function.call() if isinstance(function, Task) else function()
