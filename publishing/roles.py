"""The four roles of the staff, as groups with permissions; present after ``migrate``."""

# Group names are data that staff see and that code looks up, so they stand here once.
AUTHOR, REVIEWER, PUBLISHER, ADMINISTRATOR = "作者", "审核员", "发布员", "管理员"

# role → actions on every kind of item; on library files; whether everything else is theirs too
ITEM_ACTIONS = {
    AUTHOR: ("add", "change", "view"),
    REVIEWER: ("change", "view", "first_review", "second_review"),
    PUBLISHER: ("add", "change", "view", "final_review", "publish"),
    ADMINISTRATOR: ("add", "change", "delete", "view", "first_review", "second_review", "final_review", "publish"),
}
FILE_ACTIONS = {
    AUTHOR: ("add", "change", "view"),
    REVIEWER: ("view",),
    PUBLISHER: ("add", "change", "view", "delete"),
    ADMINISTRATOR: ("add", "change", "delete", "view"),
}
ADMINISTRATORS_ONLY = ("columnrole", "standin")  # of publishing: who works where is no author's to look up
SEEN_BY_PUBLISHERS = ("members",)  # the organisations and their people, for whom they publish
ADMINISTERED_APPS = (
    "accounts",
    "files",
    "publishing",
    "news",
    "notices",
    "members",
    "portal",
    "legacy",
    "outbox",
    "periodic",
    "audit",
)


def chosen_models():
    """Return {(app label, model name)} of what the form of an item lets its author choose from: his to look up."""
    from accounts.models import ReaderGroup

    from . import subjects

    chosen = {field.related_model for model in subjects.models() for field in model._meta.fields if field.related_model}
    return {(model._meta.app_label, model._meta.model_name) for model in chosen | {ReaderGroup}}


def is_for_all_staff(app_label, model_name, action, chosen):
    """Return whether whoever writes or reviews may do ``action``: to look up what items are filed under and made of."""
    is_shared = app_label == "publishing" and model_name not in ADMINISTRATORS_ONLY
    return action == "view" and (is_shared or (app_label, model_name) in chosen)


def grant_permissions(using="default", **kwargs):
    """Create the role groups and give them what they lack; what staff granted by hand stays."""
    from django.contrib.auth.models import Group, Permission

    from . import subjects

    item_models = [model._meta.model_name for model in subjects.models()]
    chosen = chosen_models()
    permissions = Permission.objects.using(using).select_related("content_type")
    for role, item_actions in ITEM_ACTIONS.items():
        group, _created = Group.objects.using(using).get_or_create(name=role)
        wanted = set()
        for permission in permissions:
            action = permission.codename.rpartition("_")[0]
            kind = permission.content_type
            if (
                (kind.model in item_models and action in item_actions)
                or (kind.app_label == "files" and action in FILE_ACTIONS[role])
                or is_for_all_staff(kind.app_label, kind.model, action, chosen)
                or (role == PUBLISHER and kind.app_label in SEEN_BY_PUBLISHERS and action == "view")
                or (role == ADMINISTRATOR and kind.app_label in ADMINISTERED_APPS)
            ):
                wanted.add(permission)
        group.permissions.add(*wanted)
