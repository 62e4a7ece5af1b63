"""An agency's ask for a team, from filing to the decision."""
