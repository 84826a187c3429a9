"""From an article to a draft of a contest: numbered paragraphs, a worksheet, a language model."""
