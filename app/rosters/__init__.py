"""Teams as the solver proposes them and the desk decides them: versions, reasons, gaps."""
