"""How the service is watched: health checks and metrics over HTTP, and what systemd is told."""
