"""Side effects, each first written as a row and then done: audit, files, sealing, mail, jobs, search."""
