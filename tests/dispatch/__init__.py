"""What dispatch promises, proved on a whole service."""
