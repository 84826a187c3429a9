"""The workbench: a contest in the browser, to try changes and to edit it.

    server    the process that serves pages: access, contests, pages; it computes nothing
    workers   worker processes that all visitors share, and the tasks that they run
    views     the tabs of a contest's page, and their elements
    live      a contest that answers changed numbers at once
    session   the state behind one visitor's page
    setting   what a visitor has changed, also as a link's query

Importing this package imports neither NiceGUI nor JAX.
"""
