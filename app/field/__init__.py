"""Life on the road: mission orders, check-ins, the team's days, relief, the way home and the rest that follows."""
