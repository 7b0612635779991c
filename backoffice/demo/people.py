"""The demo's people: one member of staff for each role, a superuser, and customers."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.db import transaction

#: Printed for everybody to use; never set where DEBUG is off, and refused wherever this is no demo.
DEMO_PASSWORD = "demo-penny-2026"  # noqa: S105  (published, and refused outside the demo)


@dataclass(frozen=True)
class Person:
    username: str
    first_name: str
    last_name: str
    #: The group that gives a member of staff permissions; empty for the superuser and for customers.
    role: str = ""
    is_staff: bool = False
    is_superuser: bool = False

    @property
    def email(self) -> str:
        return f"{self.username}@example.com"


STAFF = (
    Person("admin", "Ada", "Byron", is_staff=True, is_superuser=True),
    Person("viewer", "Vera", "Nowak", "Viewer", is_staff=True),
    Person("clerk", "Carl", "Osei", "Clerk", is_staff=True),
    Person("manager", "Mina", "Rossi", "Manager", is_staff=True),
    Person("auditor", "Otto", "Lind", "Auditor", is_staff=True),
    Person("sysadmin", "Sana", "Haddad", "System administrator", is_staff=True),
)
CUSTOMERS = (
    Person("alice", "Alice", "Murray"),
    Person("ben", "Ben", "Okafor"),
    Person("chloe", "Chloe", "Durand"),
    Person("daniel", "Daniel", "Kim"),
    Person("eva", "Eva", "Jensen"),
    Person("farid", "Farid", "Rahman"),
    Person("grace", "Grace", "Taylor"),
    Person("hugo", "Hugo", "Silva"),
)


def create(password: str) -> dict[str, User]:
    """Create who is missing, with *password*, and return everybody by username. Who is there keeps their password."""
    hashed = make_password(password)  # once: hashing is slow by intention
    return {person.username: _create(person, hashed) for person in (*STAFF, *CUSTOMERS)}


@transaction.atomic  # so that a user is new with the role already, and nobody is mailed that it was given to them
def _create(person: Person, hashed_password: str) -> User:
    users = get_user_model().objects
    user, created = users.get_or_create(
        username=person.username,
        defaults={
            "email": person.email,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "is_staff": person.is_staff,
            "is_superuser": person.is_superuser,
            "password": hashed_password,
        },
    )
    if created and person.role:
        user.groups.add(Group.objects.get_or_create(name=person.role)[0])
    return user


def are_complete() -> bool:
    """Return whether everybody is there already, so that no password is about to be set."""
    usernames = [person.username for person in (*STAFF, *CUSTOMERS)]
    return get_user_model().objects.filter(username__in=usernames).count() == len(usernames)
