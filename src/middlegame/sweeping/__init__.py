"""Sweeps: the ranges of a contest become worlds, each solved, and the answers intervals.

plan        what a sweep computes, block by block; the same whoever computes a block
store       blocks kept as they are done, one Parquet file in the end
run         the front door: `sweep(game) -> Sweep`
cluster     the same on dask.distributed
result      what came out
spread      mean, quantiles and their Monte-Carlo error
command     `middlegame sweep`
"""
