"""Who is signed in: the practitioner as Flask-Security sees one, and as the pages do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask_security import RoleMixin, UserMixin, current_user
from sqlalchemy import Table
from sqlalchemy.orm import Mapped, relationship

from bot.console import lockout
from bot.conversation.services import services
from bot.records.models import Base, Practitioner, PractitionerRole, Role


class AccountRole(RoleMixin, Base):  # type: ignore[misc]  # the mixin is untyped
    """A role with the methods that Flask-Security calls; the same rows as `Role`."""

    __table__ = cast(Table, Role.__table__)


class Account(UserMixin, Base):  # type: ignore[misc]  # the mixin is untyped
    """A practitioner with the methods that Flask-Security calls; the same rows as `Practitioner`.

    A second mapping of the table, so that the records stay free of the web framework.
    """

    __table__ = cast(Table, Practitioner.__table__)

    roles: Mapped[list[AccountRole]] = relationship(secondary=cast(Table, PractitionerRole.__table__), viewonly=True)

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:
        """Flask-Security calls this after a wrong password."""
        lockout.note_failure(services(), self.id)

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """Flask-Security calls this after a right password; the form's message is made the same as for a wrong one."""
        locked = lockout.refuses(services(), self.id)
        if locked and form_error is not None:
            form_error.append("locked")
        return locked


@dataclass(frozen=True, slots=True)
class Nurse:
    """The practitioner whose request this is."""

    id: int
    organization_id: int
    name: str

    @property
    def actor(self) -> str:
        """How the audit trail names the nurse."""
        return f"practitioner:{self.id}"


def current_nurse() -> Nurse:
    """The signed-in nurse; only for views behind the login."""
    account = current_user._get_current_object()
    return Nurse(account.id, account.organization_id, account.name)
