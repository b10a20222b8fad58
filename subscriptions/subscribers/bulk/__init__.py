"""Changes in bulk: of everybody whom a filter takes, or of those who were ticked.

Asked for in :mod:`.asking`, after :mod:`.looking_ahead` has shown what would happen; worked on in
batches by :mod:`.working`, which does to each person what :mod:`.acts` says.
"""
