"""Payloads in the documented form of tools, for their cases in tests/sources; the values are ours."""
