"""What plays a drill by itself: scripts and what they are made of, whoever derives from them, whoever needs none."""
