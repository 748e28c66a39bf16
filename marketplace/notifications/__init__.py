"""Who hears of what: carries out announcements as mails and inbox items, and keeps people's preferences."""
