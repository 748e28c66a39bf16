"""How high the plan's support may be: ceilings of its eight instruments, by date, with what the plan leaves open."""
