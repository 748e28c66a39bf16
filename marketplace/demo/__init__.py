"""The demo: a living programme, made through the services that users call, with the clock moved."""
