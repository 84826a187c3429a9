"""The server for assistants (Model Context Protocol): contests as tools, resources and prompts."""
