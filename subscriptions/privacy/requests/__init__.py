"""Data-subject requests (GDPR Articles 15 to 21).

Those that come by letter, telephone or mail are recorded by operators and have a due date. What
people do by themselves behind a manage link is only counted: there is nothing left to answer.
"""
