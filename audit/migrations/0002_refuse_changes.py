"""Triggers that hold the log together against raw SQL too: entries are added at the end, and never changed or deleted.

Altering a table later makes SQLite copy it and forget its triggers: a migration that does so must end with these again.
"""

from django.db import migrations

SQLITE = """
CREATE TRIGGER audit_entry_not_changed BEFORE UPDATE ON audit_entry BEGIN
    SELECT RAISE(ABORT, 'audit_entry is append-only');
END

CREATE TRIGGER audit_entry_not_deleted BEFORE DELETE ON audit_entry BEGIN
    SELECT RAISE(ABORT, 'audit_entry is append-only');
END

CREATE TRIGGER audit_entry_continues BEFORE INSERT ON audit_entry
WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry) BEGIN
    SELECT RAISE(ABORT, 'audit_entry grows at its end only');
END

CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
WHEN NEW.id <> OLD.id OR NEW.number <> OLD.number + 1 BEGIN
    SELECT RAISE(ABORT, 'audit_head moves forward only');
END

CREATE TRIGGER audit_head_not_deleted BEFORE DELETE ON audit_head BEGIN
    SELECT RAISE(ABORT, 'audit_head stays');
END

CREATE TRIGGER audit_head_not_replaced BEFORE INSERT ON audit_head
WHEN EXISTS (SELECT 1 FROM audit_head WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'audit_head stays');
END
"""
# INSERT OR REPLACE deletes rows without a word to the triggers of DELETE: the two triggers of INSERT keep it out.

POSTGRESQL = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$

CREATE FUNCTION audit_continue() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry) THEN
        RAISE EXCEPTION 'audit_entry grows at its end only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$

CREATE TRIGGER audit_entry_not_changed BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_entry_continues BEFORE INSERT ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_continue()

CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.number <> OLD.number + 1) EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_head_not_deleted BEFORE DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_head_not_emptied BEFORE TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
"""

SQLITE_AWAY = """
DROP TRIGGER audit_entry_not_changed

DROP TRIGGER audit_entry_not_deleted

DROP TRIGGER audit_entry_continues

DROP TRIGGER audit_head_forward

DROP TRIGGER audit_head_not_deleted

DROP TRIGGER audit_head_not_replaced
"""

POSTGRESQL_AWAY = """
DROP FUNCTION audit_refuse() CASCADE

DROP FUNCTION audit_continue() CASCADE
"""

INSTALL = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
REMOVE = {"sqlite": SQLITE_AWAY, "postgresql": POSTGRESQL_AWAY}


def run(statements, connection):
    """Execute the statement of ``statements`` (dict: vendor to statements between empty lines) for this database."""
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor].strip().split("\n\n"):
            cursor.execute(statement)


def install(apps, schema_editor):
    run(INSTALL, schema_editor.connection)


def remove(apps, schema_editor):
    run(REMOVE, schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_chain_the_log")]
    operations = [migrations.RunPython(install, remove)]
