"""Accounts of credits and quotas: entries, the rules that they keep, and what they add up to.

One home for what the check of a case, the engine ``ledger`` and a book all hold
entries to.

Floor 2: knows records and numbers; must not know files, books, engines or how
anything is shown.
"""
