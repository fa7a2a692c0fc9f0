"""Addresses below /members/: the directory, the council, member groups, the check of certificates, joining."""

from django.urls import path

from ..views import certificates, councils, groups, joining, organisations

app_name = "organisations"
urlpatterns = [
    path("", organisations.OrganisationListView.as_view(), name="organisation_list"),
    path("<number:pk>/", organisations.OrganisationDetailView.as_view(), name="organisation_detail"),
    path("council/", councils.council_page, name="council"),
    path("council/<number:number>/", councils.council_page, name="council_term"),
    path("check/attendance/<code>/", certificates.check_attendance, name="check_attendance"),
    path("check/<code>/", certificates.check, name="check"),
    path("groups/", groups.group_list, name="group_list"),
    path("groups/<number:pk>/", groups.group_page, name="group_detail"),
    path("join/", joining.join, name="join"),
    path("join/confirm/<str:token>/", joining.confirm, name="confirm"),
    path("join/status/", joining.status, name="status"),
    path("join/status/mend/", joining.mend, name="mend"),
    path("join/status/withdraw/", joining.withdraw, name="withdraw"),
    path("join/status/mail/", joining.mail_again, name="mail_again"),
    path("join/status/close/", joining.close, name="close"),
    path("join/status/form/", joining.printable, name="printable"),
    path("join/status/files/<number:pk>/", joining.enclosure, name="application_file"),
]
