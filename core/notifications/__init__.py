"""What is sent without being asked for: the queue, subscriptions, broadcasts."""
