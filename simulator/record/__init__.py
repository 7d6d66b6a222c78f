"""What is on record of a drill: entries, the incident they add up to, facts, files, replay."""
