"""From updates to screens: PTB handlers, commands, command menus."""
