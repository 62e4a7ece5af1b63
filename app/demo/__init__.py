"""One whole deployment before your eyes: a database, the service, a worker and simulated experts on one machine."""
