"""Static SVG: charts by Altair, the contest and its cascades laid out by Graphviz."""
