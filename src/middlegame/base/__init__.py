"""What every room stands on: errors, spelling, whole files, notebook display."""
