"""What `make check` and `make shape` run."""
