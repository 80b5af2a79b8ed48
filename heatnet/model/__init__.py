"""The typed network, its boundary, and the tables of what they may hold."""
