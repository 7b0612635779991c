"""Accounts: the list, the page of one, and a page for each thing that can be done to one or to many."""
