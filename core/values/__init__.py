"""Values and pure rules of the domain, without database access."""
