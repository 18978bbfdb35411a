"""The conversational state machine: screens, buttons with revisions, one live message a chat."""
