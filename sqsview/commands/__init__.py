"""What single commands do once the command line is understood and a connection can be opened."""
