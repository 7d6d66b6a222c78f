"""Records as the documents that a playbook asks for: one template a kind, as Markdown to copy and as a page to read."""
