"""Incidents: breaches of personal data (GDPR Articles 33 and 34), their clock and their notices.

``deadline`` is the clock, ``operations`` every write with its entry in the log, ``drafts`` the
notices as they are proposed, ``queries`` every read, ``reminding`` the mails to owners.
"""
