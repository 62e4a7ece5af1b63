"""An invented national pool, agencies and staff, for demonstrations, tests and replays. Everybody is made up."""
