"""The tab that builds a contest by forms and a picture, without its text."""
