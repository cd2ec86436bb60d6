import pytest
from tests.api_world import *

pytestmark = pytest.mark.django_db

def test_try(cast, known, as_web):
    mara = Asker(token_of(cast, "mara"))
    for path in ("/me", "/persons", f"/persons/{known.person}", f"/households/{known.household}", "/plans", f"/plans/{known.edition}",
      f"/persons/{known.person}/enrolments", f"/persons/{known.person}/left", f"/persons/{known.person}/claims", f"/claims/{known.claim}", f"/claims/{known.waiting}",
      "/waits", f"/claims/{known.claim}/appeals", "/providers", "/providers/keller", f"/persons/{known.person}/accounts", f"/accounts/{known.account}/entries",
      f"/persons/{known.person}/evidence", f"/persons/{known.person}/dues", "/events", f"/persons/{known.person}/statements/2026", f"/persons/{known.person}/documents/bill", f"/documents/bill/{known.documents['bill']}"):
        a = mara.get(path)
        print(path, a.status_code, a.content.decode()[:700])
    a = mara.post("/claims/preview", a_bill(known.person), **{"Accept-Language": "fr"})
    print(a.status_code, a.content.decode()[:3000], a.headers)
    a = mara.post(f"/persons/{known.person}/guide", {"service": MRI, "on": days_ago(0).isoformat(), "facts": TICKET, "time": "18:30"})
    print(a.status_code, a.content.decode()[:3000])
    a = mara.post("/claims", a_bill(known.person))
    print(a.status_code, a.content.decode()[:3000])
    assert 0
