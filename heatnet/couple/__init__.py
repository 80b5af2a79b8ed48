"""Dispatch and networks brought together: loads to schedule, schedule to pipes, and what differs."""
