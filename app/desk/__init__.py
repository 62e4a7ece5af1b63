"""The desk at work: the board, a request from intake to the confirmed team, what each offer came to."""
