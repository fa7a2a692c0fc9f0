"""What keeps a file from deletion: the rows of other rooms that refer to it and protect it."""

from django.db.models import PROTECT, Exists, OuterRef, Q


def protecting_relations(model):
    """Return the relations (list of ForeignObjectRel) by which rows keep those of ``model`` from deletion."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.is_relation and relation.auto_created and relation.on_delete is PROTECT
    ]


def is_used(model):
    """Return the condition (Q) that a row refers to the row of ``model`` in question and protects it."""
    condition = Q(pk__in=[])
    for relation in protecting_relations(model):
        field = relation.field
        condition |= Q(Exists(field.model._base_manager.filter(**{field.name: OuterRef("pk")})))
    return condition
