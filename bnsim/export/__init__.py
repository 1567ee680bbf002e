"""Pictures of a moment as files; shared by the command line and the window."""
