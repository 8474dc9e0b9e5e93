-- a history of who changed which case, when and with what program; cases that are there are noted in it
-- 变更历史：何人何时以何程序改了哪个案例；库中已有的案例一并记入

CREATE TABLE history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    who text NOT NULL,
    program text NOT NULL,
    what text NOT NULL CHECK (what IN ('present', 'added', 'changed', 'removed')),
    "case" text NOT NULL,
    version_before bigint,
    version_after bigint,
    revision_before text,
    revision_after text
);

CREATE INDEX ON history ("case", id);

INSERT INTO history (at, who, program, what, "case", version_after, revision_after)
SELECT changed_at, changed_by, '', 'present', "case", version, revision FROM cases ORDER BY "case";

-- With the rights of its owner: editors cause history, but do not write it.
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    program text := coalesce(current_setting('application_name', true), '');
BEGIN
    IF TG_OP = 'UPDATE' AND NEW."case" = OLD."case" THEN
        INSERT INTO history (
            at, who, program, what, "case", version_before, version_after, revision_before, revision_after
        ) VALUES (
            transaction_timestamp(), session_user, program, 'changed', NEW."case",
            OLD.version, NEW.version, OLD.revision, NEW.revision
        );
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO history (at, who, program, what, "case", version_before, revision_before)
        VALUES (
            transaction_timestamp(), session_user, program, 'removed', OLD."case", OLD.version, OLD.revision
        );
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO history (at, who, program, what, "case", version_after, revision_after)
        VALUES (transaction_timestamp(), session_user, program, 'added', NEW."case", NEW.version, NEW.revision);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER note_added AFTER INSERT OR DELETE ON cases FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER note_changed AFTER UPDATE ON cases FOR EACH ROW
    WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD."case" IS DISTINCT FROM NEW."case")
    EXECUTE FUNCTION note();
CREATE TRIGGER note_added AFTER INSERT OR DELETE ON atlas FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER note_changed AFTER UPDATE ON atlas FOR EACH ROW
    WHEN (OLD.version IS DISTINCT FROM NEW.version)
    EXECUTE FUNCTION note();
