"""What monitoring shows of the world: series, alerts, logs, measured verifications."""
