"""E-mail that no request waits for: written into the database with what it tells of, sent by the worker.

| module | what it does |
|---|---|
| `queue` | Django's e-mail backend: writes instead of sending |
| `content` | a message as plain values, and back |
| `sending` | what the worker does: sends, tries again, gives up; and forgets what was in a mail |
| `kept` | what the customer's profile keeps of a mail: not its text |
| `tasks` | the worker's task |
"""
