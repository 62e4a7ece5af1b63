"""Behind the wall: how the experts are after a deployment. Nobody imports this room; only a date leaves it."""
