"""Tokens for systems: list, make, revoke."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clausula_server.accounts.actions.token import make_token, revoke_token
from clausula_server.accounts.forms import TokenForm
from clausula_server.accounts.models import Token, User
from clausula_server.accounts.views.activation import show_faults
from clausula_server.lib.access import guard
from clausula_server.lib.refusals import Refused


@guard("accounts.token.make")
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The user's tokens, and the form for another. The text of a new one is shown here, this once."""
    form = TokenForm(request.POST or None)
    made = ""
    assert isinstance(request.user, User)
    if request.method == "POST" and form.is_valid():
        try:
            _row, made = make_token(request.user, **form.cleaned_data)
            form = TokenForm()
        except Refused as refused:
            show_faults(form, refused)
    held = Token.objects.filter(user=request.user).order_by("-made_at")
    return render(request, "accounts/tokens.html", {"form": form, "tokens": held, "made": made})


@guard("accounts.token.make")
@require_POST
def revoke(request: HttpRequest, token: UUID) -> HttpResponse:
    """End one of the user's own tokens."""
    revoke_token(get_object_or_404(Token, pk=token, user=request.user))
    return redirect("accounts_tokens")
