"""What every test may ask for."""

pytest_plugins = ["tests.canaries", "tests.postgres", "tests.standing"]
