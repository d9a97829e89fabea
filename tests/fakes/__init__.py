"""Stand-ins for other people's services, real HTTP servers on this machine."""
