"""Transfers: the list, the page of one, new transfers, reversals and refunds."""
