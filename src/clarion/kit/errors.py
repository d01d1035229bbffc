"""The two ways an action says no, in words a person can act on."""


class NotYet(ValueError):
    """It cannot be done as things are. The message says what, why, and what to do.

    `about` names the field of the form, the key of the body or the flag it is about, if any.
    """

    def __init__(self, message: str, about: str = "") -> None:
        super().__init__(message)
        self.about = about


class Conflict(NotYet):
    """Somebody or something else was quicker. Look again, then decide."""
