"""The site's defences: what pages may load, who may try to log in, the second factor and sessions of staff.

What is on by default, and what an operator has to set, is in docs/security.md.
"""
