"""Sign-in, one's own account, the audit trail and the workspace.

Only the pages of the sign-in library that are wanted are here: its others (sign-up, email addresses, password
reset by mail) do not exist.
"""

from allauth.account.views import AccountInactiveView, LoginView, LogoutView, ReauthenticateView
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.urls import path

from mhero.accounts import forms, views

# The names with `account_` and `mfa_` are those that the library redirects to.
urlpatterns = [
    path(
        "accounts/login/",
        LoginView.as_view(template_name="accounts/sign_in.html", form_class=forms.SignInForm),
        name="account_login",
    ),
    path(
        "accounts/logout/", LogoutView.as_view(template_name="accounts/sign_out.html"), name="account_logout"
    ),
    path(
        "accounts/inactive/",
        AccountInactiveView.as_view(template_name="accounts/inactive.html"),
        name="account_inactive",
    ),
    path(
        "accounts/code/",
        mfa.AuthenticateView.as_view(template_name="accounts/code.html", form_class=forms.CodeForm),
        name="mfa_authenticate",
    ),
    path(
        "account/again/",
        ReauthenticateView.as_view(template_name="accounts/again.html", form_class=forms.PasswordAgainForm),
        name="account_reauthenticate",
    ),
    path(
        "account/code-again/",
        mfa.ReauthenticateView.as_view(template_name="accounts/again.html", form_class=forms.CodeAgain),
        name="mfa_reauthenticate",
    ),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
    path("account/second-step/", views.second_step, name="mfa_index"),
    path(
        "account/second-step/on/",
        ActivateTOTPView.as_view(
            template_name="accounts/second_step_on.html", form_class=forms.SecondStepForm
        ),
        name="mfa_activate_totp",
    ),
    path(
        "account/second-step/off/",
        DeactivateTOTPView.as_view(template_name="accounts/second_step_off.html"),
        name="mfa_deactivate_totp",
    ),
    path(
        "account/second-step/codes/",
        ViewRecoveryCodesView.as_view(template_name="accounts/recovery_codes.html"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/second-step/codes/new/",
        GenerateRecoveryCodesView.as_view(template_name="accounts/recovery_codes_new.html"),
        name="mfa_generate_recovery_codes",
    ),
    path("join/<str:secret>/", views.join, name="join"),
    path("settings/", views.workspace_settings, name="workspace"),
    path("settings/audit/", views.audit, name="audit"),
    path("settings/audit/file", views.audit_file, name="audit_file"),
    path("i18n/setlang/", views.set_language, name="set_language"),
]
