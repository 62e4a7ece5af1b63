"""A full mix of load: where the knee is, what 200 live boards cost, whether memory stays flat."""
