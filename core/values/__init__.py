"""Values and pure rules of the domain; they know no database."""
