"""A live drill shared by people: clock, store, access, room. The only part of the simulator that knows wall time."""
