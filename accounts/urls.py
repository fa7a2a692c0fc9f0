from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.SignInView.as_view(), name="login"),
    path("login/code/", views.CodeView.as_view(), name="code"),
    path("logout/", views.SignOutView.as_view(), name="logout"),
    path("me/", views.signed_in_as, name="me"),
    path("me/profile/", views.ProfileView.as_view(), name="profile"),
    path("me/password/", views.ChangePasswordView.as_view(), name="change_password"),
    path("me/second-factor/", views.SecondFactorView.as_view(), name="second_factor"),
    path("me/second-factor/codes/", views.RenewCodesView.as_view(), name="renew_codes"),
    path("me/second-factor/remove/", views.RemoveSecondFactorView.as_view(), name="remove_second_factor"),
    path("me/sessions/", views.SessionListView.as_view(), name="session_list"),
    path("me/sessions/end/", views.end_session, name="end_session"),
    path("me/data/", views.PersonalDataView.as_view(), name="personal_data"),
    path("me/data/export/", views.export_personal_data, name="export_personal_data"),
    path("me/data/erase/", views.EraseView.as_view(), name="erase"),
    path("password/", views.LostPasswordView.as_view(), name="lost_password"),
    path("password/mailed/", views.LinkMailedView.as_view(), name="link_mailed"),
    path("password/set/", views.PasswordIsSetView.as_view(), name="password_is_set"),
    path("invitation/<str:token>/", views.InvitationView.as_view(), name="invitation"),
    path("password/<uidb64>/<token>/", views.NewPasswordView.as_view(), name="new_password"),
]
