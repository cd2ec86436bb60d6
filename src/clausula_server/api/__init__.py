"""REST for systems: the same actions as the pages, with tokens; see README.md."""
