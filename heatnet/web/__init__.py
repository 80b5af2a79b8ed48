"""Offline HTML packaging shared by maps and reports: inlined assets, safe JSON, colours, the reading of results.

A page made here carries everything it needs and asks no other host for anything; its Content-Security-Policy says
so to the browser too.
"""
