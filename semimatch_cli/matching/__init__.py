"""The shared inference core: photo -> Frame -> backbone -> correlation -> read-out -> Matches.

It knows no data set, no command and no network address.
"""
