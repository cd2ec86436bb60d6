"""The addresses of this room. Of allauth's pages only those that are used: there are no passwords and no sign-up."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from clausula_server.accounts.views import activation, second_factor, sessions, signin, tokens
from clausula_server.lib.access import guard, public

entrance = public("whoever signs in or out is nobody yet, or no longer")
set_up = public("it asks for the sign-in itself, and staff without a second factor must come here")
own = guard("accounts.own.manage")

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", entrance(signin.sign_in), name="account_login"),
    path("login/code/", entrance(signin.sign_in), name="account_request_login_code"),
    path("login/code/confirm/", entrance(signin.confirm_sign_in), name="account_confirm_login_code"),
    path("login/passkey/", entrance(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("login/second/", entrance(second_factor.authenticate), name="mfa_authenticate"),
    path("logout/", entrance(account.logout), name="account_logout"),
    path("inactive/", entrance(account.account_inactive), name="account_inactive"),
    path("activate/", activation.begin, name="accounts_activate"),
    path("activate/confirm/", activation.confirm, name="accounts_activate_confirm"),
    path("signup/", entrance(RedirectView.as_view(pattern_name="accounts_activate")), name="account_signup"),
    path("activation/<uuid:person>/", activation.issue, name="accounts_activation_issue"),
    path("security/", second_factor.overview, name="accounts_second_factor"),
    path("security/", second_factor.overview, name="mfa_index"),
    path("security/again/", set_up(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("security/again/", set_up(mfa.reauthenticate), name="account_reauthenticate"),
    path("security/again/passkey/", set_up(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("security/app/", set_up(second_factor.set_up_totp), name="mfa_activate_totp"),
    path("security/app/remove/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "security/passkeys/", own(RedirectView.as_view(pattern_name="accounts_second_factor")), name="mfa_list_webauthn"
    ),
    path("security/passkeys/add/", set_up(second_factor.add_passkey), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove/", own(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("security/passkeys/<int:pk>/edit/", own(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("security/recovery/", own(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("security/recovery/new/", own(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("security/recovery/download/", own(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("sessions/", own(sessions.sessions), name="usersessions_list"),
    path("sessions/others/end/", own(sessions.end_others), name="accounts_sessions_end"),
    path("sessions/<int:pk>/end/", own(sessions.end_session), name="accounts_session_end"),
    path("tokens/", tokens.tokens, name="accounts_tokens"),
    path("tokens/<uuid:token>/revoke/", tokens.revoke, name="accounts_token_revoke"),
]
