"""People: registering with a confirmed e-mail address, signing in and out, passwords, sessions and staff roles."""
