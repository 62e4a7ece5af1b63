"""The service: what it knows, decides, says and shows."""
