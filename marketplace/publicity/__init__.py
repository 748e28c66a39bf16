"""Public notices (公示) for any stage, and the objections that block what comes after."""
