"""The public journal (docs/journal.md): what happens to the numbers of each pool, in a hash chain.

Entries are written in the transaction that makes the change, under the pool's lock. They contain nothing of a
person.
"""
