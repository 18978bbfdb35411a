"""The exception hierarchy: one class for each situation that a user can run into.

The hierarchy:

    XuanhaoError
    ├── InputError            the input is malformed; nothing changed
    │   └── PhotoError        a photo cannot be used
    ├── Refusal               the input is well formed, but a rule forbids it; nothing changed
    ├── SettingsError         the settings cannot be used; exit status 2
    └── OperationError        a technical failure; try again
        └── StoreError

A docstring is the default message, in English, for logs and the command line. What owners and
admins read is made from class and fields in ``bot/texts``. No message holds personal data.

Each module holds the errors of one subject. Import an error from its module.
"""
