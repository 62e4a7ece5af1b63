"""What watches over the service: alarms that a person must act on, and heartbeats of what must not stop."""
