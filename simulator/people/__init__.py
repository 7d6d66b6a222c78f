"""Simulated people at work: hands and queues, teammates, stand-ins, slips."""
