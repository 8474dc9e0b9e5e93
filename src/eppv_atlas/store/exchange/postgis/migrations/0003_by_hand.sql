-- guards: columns that are worked out cannot be edited, and are emptied where a change by hand outdates them
-- 保护：计算所得的列不能手改；手工改动使其失效时即清空

-- They stand aside for the program, and for what other triggers do:
-- that is the first part of every WHEN.
CREATE FUNCTION guard_cases() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.path_zh := OLD.path_zh;
        NEW.path_en := OLD.path_en;
        NEW.mode_zh := OLD.mode_zh;
        NEW.mode_en := OLD.mode_en;
        NEW.category_zh := OLD.category_zh;
        NEW.category_en := OLD.category_en;
        NEW.confidence := OLD.confidence;
        NEW.geometry := OLD.geometry;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.path IS DISTINCT FROM OLD.path THEN
        NEW.path_zh := NULL;
        NEW.path_en := NULL;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.mode IS DISTINCT FROM OLD.mode THEN
        NEW.mode_zh := NULL;
        NEW.mode_en := NULL;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.category IS DISTINCT FROM OLD.category THEN
        NEW.category_zh := NULL;
        NEW.category_en := NULL;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.anchor IS DISTINCT FROM OLD.anchor THEN
        NEW.confidence := NULL;
        NEW.geometry := NULL;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION guard_kind() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.kind IS DISTINCT FROM OLD.kind THEN
        NEW.kind_zh := NULL;
        NEW.kind_en := NULL;
    ELSE
        NEW.kind_zh := OLD.kind_zh;
        NEW.kind_en := OLD.kind_en;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION guard_zones() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.family := OLD.family;
        NEW.weakest_confidence := OLD.weakest_confidence;
        NEW.stated_m2 := OLD.stated_m2;
        NEW.measured_m2 := OLD.measured_m2;
        NEW.measured_ha := OLD.measured_ha;
        NEW.measured_km2 := OLD.measured_km2;
        NEW.measured_mu := OLD.measured_mu;
        NEW.perimeter_m := OLD.perimeter_m;
        NEW.difference_pct := OLD.difference_pct;
        NEW.made_from_stated := OLD.made_from_stated;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.kind IS DISTINCT FROM OLD.kind THEN
        NEW.family := NULL;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.geometry IS DISTINCT FROM OLD.geometry
        OR NEW.geometry_from IS DISTINCT FROM OLD.geometry_from
        OR NEW.confidence IS DISTINCT FROM OLD.confidence THEN
        NEW.weakest_confidence := NULL;
        NEW.made_from_stated := NULL;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.geometry IS DISTINCT FROM OLD.geometry THEN
        NEW.measured_m2 := NULL;
        NEW.measured_ha := NULL;
        NEW.measured_km2 := NULL;
        NEW.measured_mu := NULL;
        NEW.perimeter_m := NULL;
        NEW.difference_pct := NULL;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.stated_area IS DISTINCT FROM OLD.stated_area THEN
        NEW.stated_m2 := NULL;
        NEW.difference_pct := NULL;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION guard_facts() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.unit IS DISTINCT FROM OLD.unit THEN
        NEW.unit_zh := NULL;
        NEW.unit_en := NULL;
    ELSE
        NEW.unit_zh := OLD.unit_zh;
        NEW.unit_en := OLD.unit_en;
    END IF;
    RETURN NEW;
END
$$;

-- A figure that is changed outdates the areas that rest on it; an anchor that moves, the point of its case.
CREATE FUNCTION outdate_areas() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE zones SET stated_m2 = NULL, difference_pct = NULL
    WHERE "case" = OLD."case" AND stated_area = OLD.id AND stated_m2 IS NOT NULL;
    RETURN NULL;
END
$$;

-- Shapes are compared here and not in WHEN: a backup is put back without the operators of PostGIS in sight.
CREATE FUNCTION outdate_point() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.geometry IS NOT DISTINCT FROM OLD.geometry AND NEW.confidence IS NOT DISTINCT FROM OLD.confidence
        THEN
            RETURN NULL;
        END IF;
    END IF;
    UPDATE cases SET geometry = NULL, confidence = NULL
    WHERE "case" = OLD."case" AND anchor = OLD.id AND geometry IS NOT NULL;
    RETURN NULL;
END
$$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON cases FOR EACH ROW
    WHEN (coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION guard_cases();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON sites FOR EACH ROW
    WHEN (coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION guard_kind();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON mechanisms FOR EACH ROW
    WHEN (coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION guard_kind();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON zones FOR EACH ROW
    WHEN (coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION guard_zones();
CREATE TRIGGER guard_kind BEFORE INSERT OR UPDATE ON zones FOR EACH ROW
    WHEN (coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION guard_kind();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON facts FOR EACH ROW
    WHEN (coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION guard_facts();

CREATE TRIGGER outdate_changed AFTER UPDATE ON facts FOR EACH ROW
    WHEN (
        coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0
        AND (OLD.value IS DISTINCT FROM NEW.value OR OLD.unit IS DISTINCT FROM NEW.unit OR OLD.id <> NEW.id)
    )
    EXECUTE FUNCTION outdate_areas();
CREATE TRIGGER outdate_removed AFTER DELETE ON facts FOR EACH ROW
    WHEN (coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION outdate_areas();
CREATE TRIGGER outdate_changed AFTER UPDATE OR DELETE ON sites FOR EACH ROW
    WHEN (coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION outdate_point();
CREATE TRIGGER outdate_changed AFTER UPDATE OR DELETE ON zones FOR EACH ROW
    WHEN (coalesce(current_setting('eppv.writing', true), '') = '' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION outdate_point();

-- Parts of a name are found quickly where the database has the extension pg_trgm.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX ON cases USING gin (title_zh gin_trgm_ops, title_en gin_trgm_ops);
        CREATE INDEX ON sites USING gin (name_zh gin_trgm_ops, name_en gin_trgm_ops);
        CREATE INDEX ON zones USING gin (name_zh gin_trgm_ops, name_en gin_trgm_ops);
    END IF;
END
$$;
