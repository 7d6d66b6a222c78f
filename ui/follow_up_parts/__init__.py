"""Parts of the page on which people follow a drill through."""
