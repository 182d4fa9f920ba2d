"""Torture: real processes killed at random and at named moments, and disks that lose power.

`python -m tests.torture --help`. Small counts run with the other tests, large ones by `make torture`.
"""
