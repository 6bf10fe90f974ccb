"""Moves unkeyed's unit of work, one target to one record, over a Dask cluster.

The work itself is the binary's: this package knows lines of a list and names of records, nothing of credentials.
"""

__version__ = "0.1.0"
