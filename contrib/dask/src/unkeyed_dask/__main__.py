"""`python -m unkeyed_dask` is `unkeyed-dask`."""

import sys

from unkeyed_dask.command import main

sys.exit(main())
