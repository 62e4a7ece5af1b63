"""How the service is doing, in figures that mean something to the desk: for Prometheus, and on a page."""
