"""`deepseek-gateway audit`: what the log says, and whether it proves itself; one file for each act."""
