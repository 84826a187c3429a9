"""Sums of products of tables: marginals, joints and payoffs, by contraction and message passing."""
