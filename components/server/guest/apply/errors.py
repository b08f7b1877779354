"""Errors of a roll-out. Modules of this folder import each other by bare name: `from errors import StepError`."""


class StepError(Exception):
    """A step could not be done. `message` says in plain words what is wrong and how to fix it; `lines` quotes a program."""

    result = "failed"

    def __init__(self, message, lines=()):
        super().__init__(message)
        self.message = message
        self.lines = list(lines)


class Refused(StepError):
    """A check said no before anything was changed. The same release will be refused again until its cause is gone."""

    result = "refused"
