"""The document of a draft, also as an earlier version wrote it."""

import json

from tui_mailer.backend.store.draft_document import read_draft, write_draft
from tui_mailer.domain.draft import Draft

INS = "279035121518989"


def test_whose_exchange_a_draft_takes_up_is_kept() -> None:
    assert read_draft(1, 0, write_draft(Draft(about=INS))).about == INS


def test_a_document_of_an_earlier_version_is_about_nobody() -> None:
    document = json.loads(write_draft(Draft(subject="Bilan", about=INS)))
    del document["about"]
    found = read_draft(1, 0, json.dumps(document))
    assert (found.subject, found.about) == ("Bilan", "")
