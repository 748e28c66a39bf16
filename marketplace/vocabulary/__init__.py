"""The words that all sides share: domains, tasks, districts, parameters with units, working days. Data, not rows."""
