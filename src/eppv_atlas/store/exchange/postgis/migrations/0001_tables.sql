-- tables of cases, sites, zones, facts and mechanisms with their keys, indices and versions
-- 案例、地点、分区、数据、机制各表及其键、索引与版本
-- A migration is never edited once published: what comes later is a file of its own.

CREATE TABLE atlas (
    "case" text COLLATE "C" PRIMARY KEY DEFAULT 'atlas.yaml' CHECK ("case" = 'atlas.yaml'),
    settings text NOT NULL,
    notes text,
    revision text,
    version bigint NOT NULL DEFAULT 0,
    changed_by text NOT NULL DEFAULT '',
    changed_at timestamptz NOT NULL DEFAULT now(),
    xact xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE cases (
    "case" text COLLATE "C" PRIMARY KEY CHECK ("case" <> '' AND "case" <> 'atlas.yaml'),
    batch text,
    "order" bigint,
    title_zh text,
    title_en text,
    short_zh text,
    short_en text,
    place_zh text,
    place_en text,
    places text,
    path text,
    path_zh text,
    path_en text,
    mode text,
    mode_zh text,
    mode_en text,
    category text,
    category_zh text,
    category_en text,
    document text,
    pages text,
    background_zh text,
    background_en text,
    mechanism_zh text,
    mechanism_en text,
    practice_zh text,
    practice_en text,
    outcome_zh text,
    outcome_en text,
    anchor text,
    confidence text,
    revision text,
    "position" bigint,
    record text,
    geometry geometry(Point, 4326),
    version bigint NOT NULL DEFAULT 0,
    changed_by text NOT NULL DEFAULT '',
    changed_at timestamptz NOT NULL DEFAULT now(),
    xact xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE sites (
    "case" text COLLATE "C" REFERENCES cases ON UPDATE CASCADE ON DELETE CASCADE,
    id text COLLATE "C" CHECK (id <> ''),
    name_zh text,
    name_en text,
    kind text,
    kind_zh text,
    kind_en text,
    places text,
    as_printed text,
    page bigint,
    confidence text,
    how_zh text,
    how_en text,
    absent_zh text,
    absent_en text,
    "position" bigint,
    record text,
    geometry geometry(Point, 4326),
    PRIMARY KEY ("case", id)
);

CREATE TABLE zones (
    "case" text COLLATE "C" REFERENCES cases ON UPDATE CASCADE ON DELETE CASCADE,
    id text COLLATE "C" CHECK (id <> ''),
    name_zh text,
    name_en text,
    kind text,
    kind_zh text,
    kind_en text,
    family text,
    part_of text,
    geometry_from text,
    confidence text,
    weakest_confidence text,
    how_zh text,
    how_en text,
    absent_zh text,
    absent_en text,
    as_printed text,
    page bigint,
    stated_area text,
    stated_share text,
    stated_m2 double precision,
    measured_m2 double precision,
    measured_ha double precision,
    measured_km2 double precision,
    measured_mu double precision,
    perimeter_m double precision,
    difference_pct double precision,
    made_from_stated bigint,
    digest text,
    made text,
    extras text,
    "position" bigint,
    record text,
    geometry geometry(Geometry, 4326),
    PRIMARY KEY ("case", id),
    CONSTRAINT plain_geometry CHECK (
        NOT ST_HasArc(geometry) AND GeometryType(geometry) NOT IN ('TIN', 'TRIANGLE', 'POLYHEDRALSURFACE')
    )
);

CREATE TABLE facts (
    "case" text COLLATE "C" REFERENCES cases ON UPDATE CASCADE ON DELETE CASCADE,
    id text COLLATE "C" CHECK (id <> ''),
    label_zh text,
    label_en text,
    section text,
    as_printed text,
    value double precision,
    unit text,
    unit_zh text,
    unit_en text,
    qualifier text,
    period text,
    page bigint,
    about text,
    share_of text,
    "position" bigint,
    record text,
    PRIMARY KEY ("case", id)
);

CREATE TABLE mechanisms (
    "case" text COLLATE "C" REFERENCES cases ON UPDATE CASCADE ON DELETE CASCADE,
    id text COLLATE "C" CHECK (id <> ''),
    name_zh text,
    name_en text,
    kind text,
    kind_zh text,
    kind_en text,
    path text,
    mode text,
    about_zh text,
    about_en text,
    section text,
    page bigint,
    "position" bigint,
    record text,
    PRIMARY KEY ("case", id)
);

CREATE INDEX ON cases USING gist (geometry);
CREATE INDEX ON sites USING gist (geometry);
CREATE INDEX ON zones USING gist (geometry);
CREATE INDEX ON cases (path);
CREATE INDEX ON cases (mode);
CREATE INDEX ON cases (category);
CREATE INDEX ON zones (kind);
CREATE INDEX ON sites (kind);
CREATE INDEX ON mechanisms (mode);
-- each code by itself: string_to_array(places, '; ') @> ARRAY['330106']
CREATE INDEX ON cases USING gin (string_to_array(places, '; '));

-- Whoever changes anything of a case gives it a version that was never there
-- before, once in a transaction. Versions follow the clock, so that none comes
-- again after a case was removed or a backup put back. The program says 'put'
-- when it writes rows with their revision, and 'settle' when it works out anew
-- what depends on rows that stay as they are; any other hand leaves no revision.
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    writing text := coalesce(current_setting('eppv.writing', true), '');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW *= OLD THEN
            RETURN NEW;
        END IF;
        IF writing = 'settle'
            OR (OLD.xact = pg_current_xact_id() AND OLD.changed_at = transaction_timestamp()) THEN
            NEW.version := OLD.version;
            NEW.changed_by := OLD.changed_by;
            NEW.changed_at := OLD.changed_at;
            NEW.xact := OLD.xact;
            IF writing = '' THEN
                NEW.revision := NULL;
            END IF;
            RETURN NEW;
        END IF;
        NEW.version := greatest(OLD.version + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
    ELSE
        NEW.version := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    END IF;
    IF writing = '' THEN
        NEW.revision := NULL;
    END IF;
    NEW.changed_by := session_user;
    NEW.changed_at := transaction_timestamp();
    NEW.xact := pg_current_xact_id();
    RETURN NEW;
END
$$;

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON atlas FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON cases FOR EACH ROW EXECUTE FUNCTION stamp();

-- A part that is changed changes its case; the program stamps the case itself.
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    ids text[];
BEGIN
    IF coalesce(current_setting('eppv.writing', true), '') <> '' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT "case") INTO ids FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT "case") INTO ids FROM old_rows;
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT array_agg("case") INTO ids
        FROM (SELECT "case" FROM old_rows UNION SELECT "case" FROM new_rows) AS both_sides;
    ELSE
        SELECT array_agg("case") INTO ids FROM cases;
    END IF;
    UPDATE cases SET version = version + 1
    WHERE "case" = ANY (ids)
        AND NOT (xact = pg_current_xact_id() AND changed_at = transaction_timestamp() AND revision IS NULL);
    RETURN NULL;
END
$$;

CREATE TRIGGER touch_added AFTER INSERT ON sites
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_changed AFTER UPDATE ON sites
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_removed AFTER DELETE ON sites
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_emptied AFTER TRUNCATE ON sites FOR EACH STATEMENT EXECUTE FUNCTION touch();

CREATE TRIGGER touch_added AFTER INSERT ON zones
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_changed AFTER UPDATE ON zones
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_removed AFTER DELETE ON zones
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_emptied AFTER TRUNCATE ON zones FOR EACH STATEMENT EXECUTE FUNCTION touch();

CREATE TRIGGER touch_added AFTER INSERT ON facts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_changed AFTER UPDATE ON facts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_removed AFTER DELETE ON facts
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_emptied AFTER TRUNCATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION touch();

CREATE TRIGGER touch_added AFTER INSERT ON mechanisms
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_changed AFTER UPDATE ON mechanisms
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_removed AFTER DELETE ON mechanisms
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER touch_emptied AFTER TRUNCATE ON mechanisms FOR EACH STATEMENT EXECUTE FUNCTION touch();
