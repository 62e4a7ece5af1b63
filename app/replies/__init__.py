"""What people text us: what it means, whose it is, and the desk's inbox for what nobody could read."""
