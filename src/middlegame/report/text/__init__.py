"""What is said, whatever it is shown on: the answer, judgements and analyses in sentences."""
