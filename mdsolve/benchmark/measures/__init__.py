"""What answers are worth: verified from a problem's data, and compared over many problems."""
