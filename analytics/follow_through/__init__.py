"""What became of a drill: what people wrote afterwards, judged apart from the drill's own score."""
