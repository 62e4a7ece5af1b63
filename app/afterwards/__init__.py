"""After a deployment: the report, drafted from what is known and accepted by both partners; tasks and lessons."""
