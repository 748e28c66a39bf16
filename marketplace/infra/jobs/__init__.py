"""The worker: Huey wakes it, rows tell it what to do, a sweep every minute finds what a crash left."""
