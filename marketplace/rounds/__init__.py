"""榜单批次: a call for scenarios with its days and limits; scenarios are posted to it, challenges take its rules."""
