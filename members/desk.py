"""What one person can do about signing up for one activity: for whom, for which organisation, and what stands already."""

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from . import signing_up
from .models import Affiliation, SignUp

FOR_NOBODY = "0"  # in addresses and forms: for no organisation


class Desk:
    """``user`` before ``activity`` (with its opening) at ``at``; ``chosen``: what the address or form says of the
    organisation (untrusted str), empty if nothing.
    """

    def __init__(self, user, activity, chosen="", at=None):
        self.user, self.activity, self.chosen = user, activity, chosen
        self.at = at or timezone.now()
        self.today = timezone.localdate(self.at)

    @cached_property
    def affiliations(self):
        """{str(pk of an organisation): Affiliation} of the user today; the one that lets him act, if there are several."""
        rows = Affiliation.objects.current(self.today).filter(user=self.user)
        rows = sorted(rows.select_related("organisation__member_group"), key=lambda row: row.acts)
        return {str(row.organisation_id): row for row in rows}

    @property
    def may_be_for_nobody(self):
        return not self.activity.is_for_members and not self.activity.seats_per_organisation

    @cached_property
    def choices(self):
        """[(key, name, objection or None)] of what the user can sign up for."""
        found = [
            (
                key,
                str(row.organisation),
                signing_up.objection_to_organisation(self.activity, row.organisation, self.today)
                or signing_up.objection_to_one_more(self.activity, row.organisation),
            )
            for key, row in self.affiliations.items()
        ]
        if self.may_be_for_nobody:
            found.append((FOR_NOBODY, _("For no organisation"), None))
        return found

    @cached_property
    def key(self):
        """The key of the choice in force, None if the user has to choose, or cannot."""
        keys = [key for key, _name, _objection in self.choices]
        if self.chosen in keys:
            return self.chosen
        organisations = [key for key in keys if key != FOR_NOBODY]
        if self.chosen or len(organisations) > 1:
            return None
        return next(iter(organisations or keys), None)

    @property
    def is_foreign(self):
        """Whether an organisation was asked for that is not the user's to sign up for."""
        return bool(self.chosen) and self.key is None

    @property
    def organisation(self):
        row = self.affiliations.get(self.key)
        return row and row.organisation

    @property
    def name(self):
        return next((name for key, name, _objection in self.choices if key == self.key), "")

    @property
    def objection_to_choice(self):
        return next((objection for key, _name, objection in self.choices if key == self.key), None)

    @property
    def acts_for_colleagues(self):
        row = self.affiliations.get(self.key)
        return bool(row and row.acts)

    @cached_property
    def people(self):
        """[(User, live SignUp or None)] of whom the user may sign up for the choice in force, himself first."""
        if self.key is None:
            return []
        people = [self.user]
        if self.acts_for_colleagues:
            rows = Affiliation.objects.current(self.today).filter(organisation=self.organisation)
            rows = rows.exclude(user=self.user).select_related("user").order_by("user__name", "user")
            people += {row.user_id: row.user for row in rows}.values()
        live = SignUp.objects.live().filter(activity=self.activity, person__in=people)
        by_person = {}
        for row in live:
            row.activity, by_person[row.person_id] = self.activity, row
        return [(person, by_person.get(person.pk)) for person in people]

    @cached_property
    def candidates(self):
        """{str(pk): User} of those who are not signed up yet."""
        return {str(person.pk): person for person, sign_up in self.people if sign_up is None}

    @cached_property
    def sign_ups(self):
        """The SignUps that the user may see and change here: his own, and those of the organisations whose contact he
        is; of his own also the last one if it ended against his will.
        """
        acting = [row.organisation_id for row in self.affiliations.values() if row.acts]
        rows = SignUp.objects.filter(activity=self.activity).with_ahead()
        rows = rows.select_related("person", "organisation__member_group", "activity")
        mine = Q(person=self.user) | Q(organisation__in=acting)
        live = list(rows.live().filter(mine, person__isnull=False))
        live.sort(key=lambda row: (row.person_id != self.user.pk, row.pk))
        if not live or live[0].person_id != self.user.pk:
            last = rows.filter(person=self.user).order_by("-pk").first()
            if last and last.ending != SignUp.Ending.CANCELLED:
                live.insert(0, last)
        return live

    @property
    def own(self):
        """The user's own SignUp, live or ended against his will, or None."""
        first = self.sign_ups[0] if self.sign_ups else None
        return first if first and first.person_id == self.user.pk else None

    @property
    def of_others(self):
        return [row for row in self.sign_ups if row.person_id != self.user.pk]
