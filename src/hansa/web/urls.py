"""The addresses of the pages: a record's noun, its key, and the verb.

The same three words name the API endpoint, the command and the entry of the ledger.
"""

from django.urls import path

from hansa.kernel.pages import all_pages
from hansa.web.views import files, home, ledger, letters, pages, records, report, session

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", session.sign_in, name="sign-in"),
    path("logout/", session.sign_out, name="sign-out"),
    path("language/", session.language, name="language"),
    path("account/", home.account, name="account"),
    path("ledger/", ledger.show, name="ledger"),
    *(
        path(f"{area}/{name}/", pages.show, {"area": area, "name": name}, name=f"{area}-{name}")
        for area, name, _page in all_pages()
    ),
    path("partners/<uuid:key>/send/", letters.send, name="send-letters"),
    path("<slug:noun>/<uuid:key>/bundle/", files.bundle, name="bundle"),
    path("studies/<uuid:key>/report/", report.page, name="report"),
    path("studies/<uuid:key>/report.pdf", report.paper, name="report-pdf"),
    path("studies/<uuid:key>/report.zip", report.archive, name="report-archive"),
    path("agreements/<uuid:key>/pdf/", files.agreement, name="agreement-pdf"),
    path("<slug:noun>/<uuid:key>/files/<slug:digest>/", files.attachment, name="file"),
    path("<slug:noun>/<uuid:key>/downloads/<str:name>/", files.download, name="download"),
    path("<slug:noun>/", records.records, name="records"),
    path("<slug:noun>/<uuid:key>/", records.record, name="record"),
    path("<slug:noun>/<uuid:key>/<slug:verb>/", records.change, name="act"),
    path("<slug:noun>/<slug:verb>/", records.make, name="make"),
]
