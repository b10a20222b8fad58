"""The clauses, executed: what waits for its time, what lets it go, and the ledger of that.

``step`` is what one part of a clause does, ``people`` and ``records`` have all of them,
``running`` executes them in bounded batches, ``ledger`` says when and how much, and ``preview``
what would go and when.
"""
