"""The screens, one file a conversation; ``all_screens`` is the list that the engine is given."""
