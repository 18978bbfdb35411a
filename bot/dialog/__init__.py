"""The conversational state machine: screens, versioned buttons, one live message per chat."""
