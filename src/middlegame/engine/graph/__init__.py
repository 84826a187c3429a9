"""A diagram without its numbers: structure, relevance, array layout, slices, elimination order."""
