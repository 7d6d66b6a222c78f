"""What a debrief shows: tables of a record, and charts of tables."""
