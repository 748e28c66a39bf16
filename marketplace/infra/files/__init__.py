"""Uploaded files: checked by content, kept under random names outside the web root, handed out by a policy's answer."""
