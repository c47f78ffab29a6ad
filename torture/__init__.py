"""bpcli tortured: killed, starved, fed rubbish and moved, and what must hold after it.

`python -m torture` runs every row of the table at full size and writes it down; the test suite runs them small.
"""
