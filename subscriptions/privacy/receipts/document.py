"""What a receipt says, part by part: JSON-LD in the terms of the DPV.

The fields are those of ISO/IEC TS 27560:2023, spelt as the DPV's guide to it spells them. The
context holds nothing but prefixes, so that nobody needs to load anything to understand it.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
}
TERMS = {
    "context": "@context",
    "kind": "@type",
    "schema_version": "dct:conformsTo",
    "format": "dct:format",
    "identifier": "dpv:hasIdentifier",
    "created": "dct:created",
    "record": "dpv:hasRecordOfActivity",
    "subject": "dpv:hasDataSubject",
    "controller": "dpv:hasDataController",
    "service": "dpv:hasService",
    "steps": "dpv:hasConsentStatus",
    "processes": "dpv:hasProcess",
    "notice": "dpv:hasNotice",
    "withdrawal": "dpv:hasConsentControl",
    "rights": "dpv:hasRight",
    "name": "dpv:hasName",
    "address": "dpv:hasAddress",
    "contact": "dpv:hasContact",
    "by": "dpv:isIndicatedBy",
    "method": "dpv:hasIndicationMethod",
    "at": "dpv:isIndicatedAtTime",
    "source": "dct:source",
    "language": "dct:language",
    "topics": "dct:subject",
    "wording": "dct:description",
    "wording_sha256": "dct:identifier",
    "title": "dct:title",
    "purpose": "dpv:hasPurpose",
    "basis": "dpv:hasLegalBasis",
    "categories": "dpv:hasPersonalData",
    "storage": "dpv:hasStorageCondition",
    "duration": "dpv:hasDuration",
    "counted_from": "dct:temporal",
    "version": "dct:hasVersion",
    "exercised_at": "dpv:isExercisedAt",
}


class Part(BaseModel):
    """A part of a receipt: nothing may be missing from it or be added to it."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=TERMS.__getitem__,
        validate_by_name=True,
        serialize_by_alias=True,
    )


class DataSubject(Part):
    """Who agreed: the address, in plain."""

    kind: Literal["dpv:DataSubject"] = "dpv:DataSubject"
    contact: str


class Controller(Part):
    """The organisation that is responsible."""

    kind: Literal["dpv:DataController"] = "dpv:DataController"
    name: str
    address: str
    contact: str


class Step(Part):
    """One step of the double opt-in: when, how and where, and the exact words."""

    kind: Literal["dpv:ConsentRequested", "dpv:ConsentGiven"]
    by: Literal["dpv:DataSubject"] = "dpv:DataSubject"
    method: str
    at: str
    source: str
    language: str
    topics: list[str]
    wording: str
    wording_sha256: str


class Storage(Part):
    """How long something is kept (ISO 8601), and what that is counted from."""

    kind: Literal["dpv:StorageDuration"] = "dpv:StorageDuration"
    duration: str
    counted_from: str


class Process(Part):
    """One clause of the policy: which data, what for, on which basis, for how long."""

    kind: Literal["dpv:Process"] = "dpv:Process"
    identifier: str
    title: str
    purpose: str
    basis: str
    categories: list[str]
    storage: Storage


class Notice(Part):
    """The privacy notice in force when the receipt was made."""

    kind: Literal["dpv:PrivacyNotice"] = "dpv:PrivacyNotice"
    source: str
    version: str


class Withdrawal(Part):
    """How to take the consent back."""

    kind: Literal["dpv:WithdrawConsent"] = "dpv:WithdrawConsent"
    exercised_at: str


class Right(Part):
    """An article of the GDPR, and where to turn."""

    kind: str
    exercised_at: str


class Record(Part):
    """The consent itself."""

    kind: Literal["dpv:ConsentRecord"] = "dpv:ConsentRecord"
    identifier: str
    subject: DataSubject
    controller: Controller
    service: str
    steps: list[Step]
    processes: list[Process]
    notice: Notice
    withdrawal: Withdrawal
    rights: list[Right]


class Receipt(Part):
    """A receipt, before it is signed. A new meaning needs a new ``format``."""

    context: dict[str, str] = CONTEXT
    kind: Literal["dpv:ConsentReceipt"] = "dpv:ConsentReceipt"
    schema_version: Literal["https://w3id.org/dpv/schema/dpv-27560"] = (
        "https://w3id.org/dpv/schema/dpv-27560"
    )
    format: Literal["assent-consent-receipt-1"] = "assent-consent-receipt-1"
    identifier: str
    created: str
    record: Record
