"""The fake Twilio refuses what Twilio's published description refuses."""

import pytest

from tests.fakes.openapi import Contract, NotInTheContract
from tests.fakes.twilio_server import require_description

ACCOUNT = "AC" + "0" * 32
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@pytest.fixture(scope="module")
def contract():
    return Contract.load(require_description())


def test_the_message_operation_is_found_with_its_parameters(contract):
    operation, parameters = contract.operation("POST", PATH)

    assert operation["operationId"] == "CreateMessage"
    assert parameters == {"AccountSid": ACCOUNT}


@pytest.mark.parametrize(
    "path", ["/2010-04-01/Accounts/AC1/Messages.json", f"/2010-04-01/Accounts/{ACCOUNT}/Messages", "/"]
)
def test_an_address_that_twilio_does_not_have_is_refused(contract, path):
    with pytest.raises(NotInTheContract):
        contract.operation("POST", path)


@pytest.mark.parametrize(
    "fields",
    [
        [("Body", "hello")],
        [("To", "+15550100123"), ("Text", "hello")],
        [("To", "5550100123 home"), ("Body", "hello")],
        [("To", "+15550100123"), ("To", "+15550100124")],
        [("To", "+15550100123"), ("MessagingServiceSid", "MG1")],
        [("To", "+15550100123"), ("StatusCallback", "/sms/status")],
        [("To", "+15550100123"), ("ValidityPeriod", "soon")],
    ],
)
def test_a_form_that_twilio_does_not_take_is_refused(contract, fields):
    operation, _ = contract.operation("POST", PATH)

    with pytest.raises(NotInTheContract):
        contract.check_form(operation, fields)


def test_a_good_form_comes_back_typed(contract):
    operation, _ = contract.operation("POST", PATH)

    form = contract.check_form(operation, [("To", "+15550100123"), ("Body", "hi"), ("SmartEncoded", "true")])

    assert form == {"To": "+15550100123", "Body": "hi", "SmartEncoded": True}
