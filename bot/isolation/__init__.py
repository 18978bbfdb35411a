"""Runs code that parses untrusted files in child processes, which cannot take the program with them.

Decoders written in C or Rust may abort, run out of memory, crash or never return. Each file is parsed in a
process of its own (``bot.isolation.runner``), forked from a server process that has the decoders loaded and
none of the program's keys. The child has limits of memory and time (``bot.isolation.child``), answers with
plain values only (``bot.isolation.messages``), and is gone afterwards, together with all that it allocated.
"""
