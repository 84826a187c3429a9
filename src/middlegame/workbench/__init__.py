"""The workbench: a contest in the browser, tried and edited live.

    server   one process that serves pages and computes nothing
    pool     a few worker processes, shared by all visitors; the latest request of each wins
    worker   what those processes do: they hold contests ready and put answers into words
    pages    what a visitor sees

Importing this package imports neither NiceGUI nor JAX.
"""
