"""Everything that would be true at a counter with pen and paper: the domain, its services, its store."""
