"""The one kind of error that a person caused and can mend."""


class InputError(ValueError):
    """Bad input: one clear sentence that says what is wrong, where, and what to do.

    The command line prints it and exits with status 2; the window shows it in its
    notice bar.  Nothing of the old session has changed when it is raised.
    """
