"""`Submission` kept with Postfix, with the demo's server, and by the one in memory."""

from __future__ import annotations

import pytest
from contract.submission_contract import Relay, SubmissionContract
from fakes.mail_server import FakeSubmission
from servers import people
from servers.practice import RealServers

from tui_mailer.backend.smtp.submission import SmtpSubmission
from tui_mailer.demo import PATIENT_SILENT, DemoPractice
from tui_mailer.demo.people import COLLEAGUES
from tui_mailer.domain.account import Account, Endpoint

# One demo for all of them.
pytestmark = pytest.mark.xdist_group("contracts")


class TestPostfixKeepsTheContract(SubmissionContract):
    @pytest.fixture
    def relay(self, real_servers: RealServers) -> Relay:
        endpoint = Endpoint(real_servers.host, real_servers.smtp_port)
        return Relay(
            SmtpSubmission(),
            Account(people.PRACTICE.address, endpoint, endpoint, ca_file=real_servers.ca_file),
            people.PRACTICE.password,
            (people.COLLEAGUE.address, people.OTHER_PATIENT.address),
            people.UNKNOWN_PATIENT,
            people.FULL.address,
            lambda address: [stored.raw for stored in real_servers.mailbox(address)],
        )


class TestTheDemoKeepsTheContract(SubmissionContract):
    @pytest.fixture
    def relay(self, demo_practice: DemoPractice) -> Relay:
        endpoint = Endpoint(demo_practice.host, demo_practice.smtp_port)
        return Relay(
            SmtpSubmission(),
            Account(demo_practice.address, endpoint, endpoint, ca_file=demo_practice.ca_file),
            demo_practice.password,
            (COLLEAGUES["cardio"].address, PATIENT_SILENT.address),
            "personne@hopital-nord.aura.mssante.fr",
            COLLEAGUES["labo"].address,
            lambda address: [raw for _folder, raw in demo_practice.mailbox(address)],
        )


class TestTheSubmissionInMemoryKeepsTheContract(SubmissionContract):
    @pytest.fixture
    def relay(self) -> Relay:
        endpoint = Endpoint("smtp.mssante.fr", 587)
        taken = FakeSubmission(
            password="secret", unknown=frozenset({people.UNKNOWN_PATIENT}), limit_bytes=5_000
        )
        return Relay(
            taken,
            Account(people.PRACTICE.address, endpoint, endpoint),
            "secret",
            (people.COLLEAGUE.address, people.OTHER_PATIENT.address),
            people.UNKNOWN_PATIENT,
            people.FULL.address,
            lambda address: [content for to, content in taken.accepted if address in to],
        )
