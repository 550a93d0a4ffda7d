"""What convolens promises about speed and size, measured beside its peers, in turn, in one run."""
