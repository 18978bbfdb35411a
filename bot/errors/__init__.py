"""Errors of what people send, before any rule of the domain looks at it."""
