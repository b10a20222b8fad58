"""What people are told: the notice (GDPR Articles 13 and 14) and the register (Article 30).

Both are made from the policy in force and from what the ledger knows; nothing is written twice.
"""

from subscriptions.privacy.notice.facts import Notice, Version, notice_in_force

__all__ = ["Notice", "Version", "notice_in_force"]
