"""The normalized batch as a vector."""
