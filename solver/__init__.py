"""Who should go: pure computation. Dataclasses in, dataclasses out; no database, no web, no texts."""
