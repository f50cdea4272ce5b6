"""Webhooks: verify, identify and describe what other systems send, decide what it starts, and word the reply.

One file per provider; everything here is pure: no network, no database, no clock of its own.
"""
