//! The server and the connection to it, for the operator.

use super::reader::PostgresReader;
use super::text;
use crate::store::copied::{HeldDuty, ServerFacts};
use crate::store::failure::StoreFailure;
use crate::store::times;

/// Answers true if the role may write the store.
pub(super) const MAY_WRITE: &str =
    "SELECT bool_and(has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE')
                     AND has_table_privilege(oid, 'DELETE'))
     FROM pg_class WHERE relnamespace = 'purgedeck'::regnamespace AND relkind IN ('r', 'p')";

const FACTS: &str = "SELECT current_setting('server_version'), current_user::text,
            (SELECT value FROM number WHERE name = 'schema'),
            coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
            inet_server_addr() IS NULL,
            (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// Locks of duties are found by their key, which the server lists in two halves.
const DUTIES: &str = "SELECT duty, who, (extract(epoch FROM since) * 1000000)::bigint FROM lease
     WHERE hashtextextended('purgedeck ' || duty, 0) IN
           (SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1 AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
     ORDER BY duty";

impl PostgresReader {
    /// Returns what there is to say of the server.
    pub(in crate::store) fn server(&self) -> Result<Option<ServerFacts>, StoreFailure> {
        self.answer(|snapshot| {
            let row = snapshot.optional_row(FACTS, &[])?.ok_or(StoreFailure::Corrupt)?;
            let may_write = snapshot.optional_row(MAY_WRITE, &[])?.ok_or(StoreFailure::Corrupt)?;
            let mut duties = Vec::new();
            for row in snapshot.query(DUTIES, &[])? {
                duties.push(HeldDuty {
                    name: text::restored(row.try_get(0)?),
                    who: text::restored(row.try_get(1)?),
                    since: times::instant(row.try_get(2)?),
                });
            }
            Ok(Some(ServerFacts {
                version: row.try_get(0)?,
                role: row.try_get(1)?,
                schema: row.try_get(2)?,
                is_encrypted: row.try_get(3)?,
                is_local: row.try_get(4)?,
                now: times::instant(row.try_get(5)?),
                may_write: may_write.try_get::<_, Option<bool>>(0)?.unwrap_or_default(),
                duties,
            }))
        })
    }
}
