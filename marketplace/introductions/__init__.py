"""供需对接: a vendor and a scenario's owner agree to meet, see each other's contacts, meet, and report what came of it."""
