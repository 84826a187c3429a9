"""Long diagrams, such as contests over many periods: sweeps through their slices."""
