"""Preferences and information elicited together, with payments that wait for data ([B])."""
