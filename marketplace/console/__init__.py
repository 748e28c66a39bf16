"""My desk, the staff's queues, the audit viewer, and the demo's clock."""
