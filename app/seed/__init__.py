"""An invented national pool, agencies and staff, for demonstrations, tests and replays. Every person in it is made up."""
