"""Transient mode: plug flow with heat loss and pipe walls, quasi-steady hydraulics."""
