"""Addresses below /me/: what is a member's own."""

from django.urls import path

from ..views import calendars, certificates, mine, my_organisation, replies

app_name = "mine"
urlpatterns = [
    path("", mine.home, name="home"),
    path("calendar/", calendars.calendar_page, name="calendar"),
    path("calendar/<str:token>/sign-ups.ics", calendars.own_calendar, name="calendar_feed"),
    path("replies/", replies.reply_list, name="replies"),
    path("replies/<number:pk>/", replies.reply_page, name="reply"),
    path("replies/<number:pk>/<number:organisation_pk>/<number:question_pk>/", replies.reply_file, name="reply_file"),
    path("attendance/<number:pk>/", certificates.attendance, name="attendance"),
    path("organisation/certificate/", certificates.certificate, name="certificate"),
    path("organisation/", my_organisation.organisation, name="organisation"),
    path("organisation/<number:pk>/", my_organisation.organisation_detail, name="organisation_detail"),
    path("organisation/<number:pk>/details/", my_organisation.DetailsView.as_view(), name="organisation_details"),
    path("organisation/<number:pk>/change/", my_organisation.ChangeView.as_view(), name="organisation_change"),
    path(
        "organisation/<number:pk>/change/<number:change>/withdraw/",
        my_organisation.withdraw_change,
        name="organisation_change_withdraw",
    ),
    path(
        "organisation/<number:pk>/change/<number:change>/licence/",
        my_organisation.change_licence,
        name="organisation_change_licence",
    ),
    path("organisation/<number:pk>/renewal/", my_organisation.renew, name="organisation_renewal"),
    path("organisation/<number:pk>/invite/", my_organisation.InviteView.as_view(), name="organisation_invite"),
    path(
        "organisation/<number:pk>/invitations/<number:invitation>/withdraw/",
        my_organisation.call_back,
        name="organisation_invitation_withdraw",
    ),
    path(
        "organisation/<number:pk>/people/<number:affiliation>/end/",
        my_organisation.end_service,
        name="organisation_person_end",
    ),
    path(
        "organisation/<number:pk>/people/<number:affiliation>/role/",
        my_organisation.give_role,
        name="organisation_person_role",
    ),
    path("invitation/<str:token>/", my_organisation.invitation, name="invitation"),
]
