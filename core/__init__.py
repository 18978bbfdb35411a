"""The domain, its services and its store: everything that does not depend on the messenger."""
