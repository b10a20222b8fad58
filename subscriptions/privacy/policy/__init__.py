"""The policy file: what is held, why, on which basis, for how long, and what then happens.

``terms`` has the words that a file may use, ``model`` the shape of it, ``checks`` what must be true
of it as a whole, ``loading`` reads it and says in which line it is wrong, and ``in_force`` keeps
the processes of a service under the policy that it was started under.
"""

from subscriptions.privacy.policy.loading import (
    current_policy,
    load_policy,
    parse_policy,
    shipped_policies,
)
from subscriptions.privacy.policy.model import Clause, Policy
from subscriptions.privacy.policy.terms import Action, Channel, Trigger

__all__ = [
    "Action",
    "Channel",
    "Clause",
    "Policy",
    "Trigger",
    "current_policy",
    "load_policy",
    "parse_policy",
    "shipped_policies",
]
