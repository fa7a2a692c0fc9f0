"""Addresses below /members/: the directory, the council, member groups, the check of certificates."""

from django.urls import path

from ..views import certificates, councils, groups, organisations

app_name = "organisations"
urlpatterns = [
    path("", organisations.OrganisationListView.as_view(), name="organisation_list"),
    path("<number:pk>/", organisations.OrganisationDetailView.as_view(), name="organisation_detail"),
    path("council/", councils.council_page, name="council"),
    path("council/<number:number>/", councils.council_page, name="council_term"),
    path("check/<code>/", certificates.check, name="check"),
    path("groups/", groups.group_list, name="group_list"),
    path("groups/<number:pk>/", groups.group_page, name="group_detail"),
]
