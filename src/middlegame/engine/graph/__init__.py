"""A diagram without its numbers: structure, strategic relevance, layout, slices in time."""
