-- Roles for a store of purgedeck on PostgreSQL. Run it in the store's database after
-- `purgedeck store migrate`, as a superuser or as an owner of the schema who may make roles. It can
-- be run again.
--
--   owner      makes and migrates the schema: the user who ran `purgedeck store migrate`
--   operators  read and write: history, queue, journal
--   viewers    read
--
-- Give a person one of the two: GRANT purgedeck_operators TO mia;
-- LISTEN, NOTIFY and advisory locks, which purgedeck uses too, need no right.

DO $$
DECLARE
    owner text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'purgedeck_operators') THEN
        CREATE ROLE purgedeck_operators NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'purgedeck_viewers') THEN
        CREATE ROLE purgedeck_viewers NOLOGIN;
    END IF;
    SELECT nspowner::regrole::text INTO STRICT owner FROM pg_namespace WHERE nspname = 'purgedeck';

    GRANT USAGE ON SCHEMA purgedeck TO purgedeck_operators, purgedeck_viewers;
    GRANT SELECT ON ALL TABLES IN SCHEMA purgedeck TO purgedeck_viewers;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA purgedeck TO purgedeck_operators;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA purgedeck TO purgedeck_operators;

    -- Tables of later migrations.
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA purgedeck
                    GRANT SELECT ON TABLES TO purgedeck_viewers', owner);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA purgedeck
                    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO purgedeck_operators', owner);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA purgedeck
                    GRANT USAGE ON SEQUENCES TO purgedeck_operators', owner);
END
$$;
