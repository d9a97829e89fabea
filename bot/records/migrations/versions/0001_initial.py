"""All tables of the first version, and the triggers that keep the audit rows as they were written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Moment = sa.DateTime(timezone=True)

#: Tables whose rows may be added and read, but never changed or removed.
APPEND_ONLY = ("audit_event", "flag_event")

POSTGRES_FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$
"""


def protect(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("entity", sa.String(length=48), nullable=False),
        sa.Column("entity_id", BigInt, nullable=True),
        sa.Column("detail", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_action", "audit_event", ["action"])
    op.create_table(
        "consent",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_address", "consent", ["address"])
    op.create_table(
        "delivery_report",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("provider_id", sa.String(length=96), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_report"),
    )
    op.create_index("ix_delivery_report_provider_id", "delivery_report", ["provider_id"])
    op.create_table(
        "organization",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("sms_number", sa.String(length=32), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organization"),
        sa.UniqueConstraint("sms_number", name="uq_organization_sms_number"),
    )
    op.create_table(
        "role",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=True),
        sa.Column("permissions", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_role"),
        sa.UniqueConstraint("name", name="uq_role_name"),
    )
    op.create_table(
        "patient",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("organization_id", BigInt, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("blood_thinner", sa.Boolean(), nullable=True),
        sa.Column("risks", Json, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_patient_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
    )
    op.create_index("ix_patient_organization_id", "patient", ["organization_id"])
    op.create_index("ix_patient_phone", "patient", ["phone"])
    op.create_index(
        "uq_patient_active_phone",
        "patient",
        ["phone"],
        unique=True,
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "practitioner",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("organization_id", BigInt, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", Moment, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_practitioner_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_practitioner"),
        sa.UniqueConstraint("email", name="uq_practitioner_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_practitioner_fs_uniquifier"),
    )
    op.create_index("ix_practitioner_organization_id", "practitioner", ["organization_id"])
    op.create_table(
        "chat_session",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("organization_id", BigInt, nullable=False),
        sa.Column("patient_id", BigInt, nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_chat_session_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_chat_session_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_session"),
        sa.UniqueConstraint("public_id", name="uq_chat_session_public_id"),
        sa.UniqueConstraint("token_hash", name="uq_chat_session_token_hash"),
    )
    op.create_table(
        "practitioner_role",
        sa.Column("practitioner_id", BigInt, nullable=False),
        sa.Column("role_id", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name="fk_practitioner_role_practitioner_id_practitioner"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_practitioner_role_role_id_role"),
        sa.PrimaryKeyConstraint("practitioner_id", "role_id", name="pk_practitioner_role"),
    )
    op.create_table(
        "procedure",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("patient_id", BigInt, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_procedure_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_procedure"),
    )
    op.create_index("ix_procedure_patient_id", "procedure", ["patient_id"])
    op.create_table(
        "related_person",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("patient_id", BigInt, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_related_person_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_related_person"),
        sa.UniqueConstraint("patient_id", "phone", name="uq_related_person_patient_id_phone"),
    )
    op.create_index("ix_related_person_phone", "related_person", ["phone"])
    op.create_table(
        "thread",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("organization_id", BigInt, nullable=False),
        sa.Column("patient_id", BigInt, nullable=True),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=True),
        sa.Column("asked_at", Moment, nullable=True),
        sa.Column("dialogue", Json, nullable=False),
        sa.Column("doubt", Json, nullable=True),
        sa.Column("owner_id", BigInt, nullable=True),
        sa.Column("owned_at", Moment, nullable=True),
        sa.Column("lease_token", sa.String(length=64), nullable=True),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_thread_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["practitioner.id"], name="fk_thread_owner_id_practitioner"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_thread_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_thread"),
        sa.UniqueConstraint("key", name="uq_thread_key"),
    )
    op.create_index("ix_thread_organization_id", "thread", ["organization_id"])
    op.create_index("ix_thread_patient_id", "thread", ["patient_id"])
    op.create_table(
        "communication",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("thread_id", BigInt, nullable=False),
        sa.Column("patient_id", BigInt, nullable=True),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("media_count", sa.Integer(), nullable=False),
        sa.Column("quick_replies", Json, nullable=False),
        sa.Column("provider_id", sa.String(length=96), nullable=True),
        sa.Column("in_reply_to_id", BigInt, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Moment, nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("completed_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["in_reply_to_id"], ["communication.id"], name="fk_communication_in_reply_to_id_communication"
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_communication_patient_id_patient"),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_communication_thread_id_thread"),
        sa.PrimaryKeyConstraint("id", name="pk_communication"),
        sa.UniqueConstraint(
            "channel", "direction", "provider_id", name="uq_communication_channel_direction_provider_id"
        ),
    )
    op.create_index("ix_communication_address", "communication", ["address"])
    op.create_index("ix_communication_in_reply_to_id", "communication", ["in_reply_to_id"])
    op.create_index("ix_communication_outbox", "communication", ["direction", "status", "next_attempt_at"])
    op.create_index("ix_communication_patient_id", "communication", ["patient_id"])
    op.create_index("ix_communication_thread_id_id", "communication", ["thread_id", "id"])
    op.create_table(
        "episode",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("thread_id", BigInt, nullable=False),
        sa.Column("patient_id", BigInt, nullable=True),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("closed_at", Moment, nullable=True),
        sa.Column("closed_by_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(["closed_by_id"], ["practitioner.id"], name="fk_episode_closed_by_id_practitioner"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_episode_patient_id_patient"),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_episode_thread_id_thread"),
        sa.PrimaryKeyConstraint("id", name="pk_episode"),
    )
    op.create_index("ix_episode_patient_id", "episode", ["patient_id"])
    op.create_index("ix_episode_thread_id", "episode", ["thread_id"])
    op.create_index(
        "uq_episode_open",
        "episode",
        ["thread_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "flag",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("thread_id", BigInt, nullable=False),
        sa.Column("patient_id", BigInt, nullable=True),
        sa.Column("episode_id", BigInt, nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("acknowledged_at", Moment, nullable=True),
        sa.Column("acknowledged_by_id", BigInt, nullable=True),
        sa.Column("closed_at", Moment, nullable=True),
        sa.Column("closed_by_id", BigInt, nullable=True),
        sa.Column("close_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_id"], ["practitioner.id"], name="fk_flag_acknowledged_by_id_practitioner"
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["practitioner.id"], name="fk_flag_closed_by_id_practitioner"),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name="fk_flag_episode_id_episode"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_flag_patient_id_patient"),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_flag_thread_id_thread"),
        sa.PrimaryKeyConstraint("id", name="pk_flag"),
    )
    op.create_index("ix_flag_episode_id", "flag", ["episode_id"])
    op.create_index("ix_flag_patient_id", "flag", ["patient_id"])
    op.create_index("ix_flag_queue", "flag", ["state", "rank", "opened_at"])
    op.create_index("ix_flag_thread_id", "flag", ["thread_id"])
    op.create_index(
        "uq_flag_open",
        "flag",
        ["episode_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "observation",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("patient_id", BigInt, nullable=True),
        sa.Column("thread_id", BigInt, nullable=False),
        sa.Column("communication_id", BigInt, nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["communication_id"], ["communication.id"], name="fk_observation_communication_id_communication"
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_observation_patient_id_patient"),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_observation_thread_id_thread"),
        sa.PrimaryKeyConstraint("id", name="pk_observation"),
    )
    op.create_index("ix_observation_communication_id", "observation", ["communication_id"])
    op.create_index("ix_observation_patient_id", "observation", ["patient_id"])
    op.create_index("ix_observation_thread_id", "observation", ["thread_id"])
    op.create_table(
        "risk_assessment",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("communication_id", BigInt, nullable=False),
        sa.Column("patient_id", BigInt, nullable=True),
        sa.Column("episode_id", BigInt, nullable=True),
        sa.Column("disposition", sa.String(length=16), nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("doubts", Json, nullable=False),
        sa.Column("ask", sa.String(length=300), nullable=True),
        sa.Column("readers", Json, nullable=False),
        sa.Column("context", Json, nullable=False),
        sa.Column("protocol", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["communication_id"], ["communication.id"], name="fk_risk_assessment_communication_id_communication"
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name="fk_risk_assessment_episode_id_episode"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_risk_assessment_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_assessment"),
        sa.UniqueConstraint("communication_id", name="uq_risk_assessment_communication_id"),
    )
    op.create_index("ix_risk_assessment_episode_id", "risk_assessment", ["episode_id"])
    op.create_index("ix_risk_assessment_patient_id", "risk_assessment", ["patient_id"])
    op.create_table(
        "turn",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("communication_id", BigInt, nullable=False),
        sa.Column("thread_id", BigInt, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("agent_failed", sa.Boolean(), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["communication_id"], ["communication.id"], name="fk_turn_communication_id_communication"
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_turn_thread_id_thread"),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.UniqueConstraint("communication_id", name="uq_turn_communication_id"),
    )
    op.create_index("ix_turn_state_priority_id", "turn", ["state", "priority", "id"])
    op.create_index("ix_turn_thread_id", "turn", ["thread_id"])
    op.create_table(
        "flag_event",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("flag_id", BigInt, nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("communication_id", BigInt, nullable=True),
        sa.Column("practitioner_id", BigInt, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["communication_id"], ["communication.id"], name="fk_flag_event_communication_id_communication"
        ),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name="fk_flag_event_flag_id_flag"),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name="fk_flag_event_practitioner_id_practitioner"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_flag_event"),
    )
    op.create_index("ix_flag_event_flag_id", "flag_event", ["flag_id"])
    op.create_table(
        "task",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("thread_id", BigInt, nullable=False),
        sa.Column("patient_id", BigInt, nullable=True),
        sa.Column("flag_id", BigInt, nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=True),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("completed_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name="fk_task_flag_id_flag"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_task_patient_id_patient"),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_task_thread_id_thread"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    op.create_index("ix_task_due", "task", ["status", "due_at"])
    op.create_index("ix_task_flag_id", "task", ["flag_id"])
    op.create_index("ix_task_thread_id", "task", ["thread_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_FUNCTION)
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    for table in (
        "task",
        "flag_event",
        "turn",
        "risk_assessment",
        "observation",
        "flag",
        "episode",
        "communication",
        "thread",
        "related_person",
        "procedure",
        "practitioner_role",
        "chat_session",
        "practitioner",
        "patient",
        "role",
        "organization",
        "delivery_report",
        "consent",
        "audit_event",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change")
