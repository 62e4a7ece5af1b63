"""What if: the coming weeks played in memory as things are, and as they would be; side by side, with intervals."""
