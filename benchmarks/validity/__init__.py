"""How well models of behaviour account for what people did, on data that are not shipped."""
