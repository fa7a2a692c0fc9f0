"""Those of the staff who decide on members, as groups with permissions; present after ``migrate``."""

# Group names are data that staff see and that code looks up, so they stand here once.
MEMBER_SERVICE, SECRETARY, COUNCIL = "会员服务", "秘书长", "理事会"

LOOKING = ("view_organisation", "view_membershipperiod", "view_affiliation", "view_membergroup", "view_application")
PERMISSIONS = {
    MEMBER_SERVICE: (
        *LOOKING,
        "check_application",
        "add_organisation",
        "change_organisation",
        "add_membershipperiod",
        "change_membershipperiod",
        "add_affiliation",
        "change_affiliation",
        "view_profilechange",
        "change_profilechange",
        "view_renewalrequest",
        "change_renewalrequest",
        "view_councilterm",
        "view_councilseat",
    ),
    SECRETARY: (*LOOKING, "endorse_application", "view_profilechange", "view_renewalrequest"),
    COUNCIL: (*LOOKING, "decide_application"),
}
LOOK_UP_PEOPLE = ("view_user",)  # of accounts: whom to enter as a person of an organisation


def grant_permissions(using="default", **kwargs):
    """Create the groups and give them what they lack; what staff granted by hand stays."""
    from django.contrib.auth.models import Group, Permission

    permissions = Permission.objects.using(using)
    of_members = permissions.filter(content_type__app_label="members")
    for role, codenames in PERMISSIONS.items():
        group, _created = Group.objects.using(using).get_or_create(name=role)
        group.permissions.add(*of_members.filter(codename__in=codenames))
        if role == MEMBER_SERVICE:
            group.permissions.add(*permissions.filter(content_type__app_label="accounts", codename__in=LOOK_UP_PEOPLE))
