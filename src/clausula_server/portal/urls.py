"""The addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from clausula_server.portal import streams, views
from clausula_server.portal.member import bills, claim, home
from clausula_server.portal.operator import acts, worklist
from clausula_server.portal.operator import claim as desk

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("language/", views.choose_language, name="set_language"),
    path("live/", streams.live, name="live"),
    # members
    path("people/<uuid:person>/", home.relatives_home, name="member_home"),
    path("people/<uuid:person>/card/", home.relatives_card, name="member_card"),
    path("people/<uuid:person>/claims/", home.all_claims, name="member_claims"),
    path("claims/", home.own_claims, name="own_claims"),
    path("claims/<uuid:claim>/", claim.show, name="member_claim"),
    path("claims/<uuid:claim>/documents/", claim.hand_in_documents, name="member_hand_in"),
    path("claims/<uuid:claim>/objection/", claim.object_to, name="member_object"),
    path("bills/", bills.choose, name="bills"),
    path("bills/providers/", bills.providers, name="bill_providers"),
    path("bills/<uuid:person>/", bills.fill_in, name="member_bill"),
    path("bills/<uuid:person>/discard/", bills.throw_away, name="member_bill_discard"),
    # people of the house
    path("desk/", worklist.show, name="worklist"),
    path("desk/waits/<uuid:wait>/take/", worklist.take, name="wait_take"),
    path("desk/claims/<uuid:claim>/", desk.show, name="operator_claim"),
    path("desk/claims/<uuid:claim>/reverse/", acts.reverse, name="operator_reverse"),
    path("desk/lines/<uuid:line>/evidence/", acts.read_document, name="line_evidence"),
    path("desk/lines/<uuid:line>/authorisation/", acts.authorise, name="line_authorise"),
    path("desk/lines/<uuid:line>/fact/", acts.state, name="line_fact"),
    path("desk/lines/<uuid:line>/ask/", acts.ask, name="line_ask"),
    path("desk/lines/<uuid:line>/override/", acts.override, name="line_override"),
    path("desk/overrides/<uuid:override>/", acts.answer_override, name="override_answer"),
]
