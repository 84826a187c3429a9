"""What is shown in a browser: the report, its sections and other forms, notebooks."""
