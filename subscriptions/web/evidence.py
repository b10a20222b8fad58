"""What is recorded of the client at a moment of consent: as much as the policy allows."""

from flask import request

from subscriptions.core.client import record_address, record_user_agent
from subscriptions.privacy.policy import current_policy
from subscriptions.subscribers.consent import Evidence


def evidence(source: str, locale: str) -> Evidence:
    """The evidence of this request."""
    rules = current_policy().recording
    return Evidence(
        source=source,
        locale=locale,
        client_address=record_address(request.remote_addr, rules.client_address),
        user_agent=record_user_agent(request.user_agent.string, rules.user_agent),
    )
