"""The live console: pieces of HTML over one event stream, and what people press as requests."""
