"""Parts of the composition root: each connects a few rooms, and knows no rule."""
