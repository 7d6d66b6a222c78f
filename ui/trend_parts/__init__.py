"""Parts of the page on many drills."""
