"""The window: wiring only.  Verbs go in, one signal comes out, views draw pictures."""
