"""What would have happened: everything in scoring that runs worlds or the engine."""
