"""Parts of the debrief page."""
