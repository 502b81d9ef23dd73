//! Checking that what is stored fits together. The server sees to its own pages.

use std::ops::ControlFlow;

use tokio_postgres::Row;

use super::reader::{PostgresReader, ServerSnapshot};
use super::{journal_reads, journal_rows, refused};
use crate::domain::resource::Resource;
use crate::store::failure::StoreFailure;
use crate::store::{codes, json};

/// Most findings that are told.
const MOST_FINDINGS: usize = 20;

/// Rows that are read at a time.
const AT_ONCE: usize = 1000;

/// Purges that name what is not there or that are not what their columns say: each query returns
/// their keys, and comes with the words about one.
const PURGES: [(&str, &str); 4] = [
    (
        "SELECT key FROM purge p
         WHERE NOT EXISTS (SELECT FROM account WHERE id = p.account) LIMIT $1",
        "belongs to no account",
    ),
    (
        "SELECT key FROM purge p WHERE EXISTS (
             SELECT FROM unnest(ARRAY[resource, cname, author, raw_kind, raw_status]) used
             WHERE used <> 0 AND NOT EXISTS (SELECT FROM word WHERE id = used)) LIMIT $1",
        "has a word that is not there",
    ),
    (
        "SELECT key FROM purge
         WHERE kind NOT BETWEEN 0 AND {last_kind} OR status NOT BETWEEN 0 AND 4
               OR key < created LIMIT $1",
        "has a kind, a status or a key of which nothing is known",
    ),
    (
        "SELECT key FROM purge WHERE left(lines, 1) <> E'\\n' OR right(lines, 1) <> E'\\n'
             OR length(lines) - length(replace(lines, E'\\n', '')) <> targets + 1 LIMIT $1",
        "has other targets than it says",
    ),
];

/// Journal entries in another state than that of their newest step, by the log of steps.
const UNLIKE_LOG: &str = "SELECT id FROM journal
     WHERE state IS DISTINCT FROM (SELECT to_state FROM journal_step WHERE entry = journal.seq
                                   ORDER BY seq DESC LIMIT 1)";

/// Findings of a check.
#[derive(Debug, Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, finding: String) {
        if self.0.len() < MOST_FINDINGS {
            self.0.push(finding);
        }
    }

    /// Takes damage as a finding; another failure ends the check.
    fn take(&mut self, part: &str, result: Result<(), StoreFailure>) -> Result<(), StoreFailure> {
        match result {
            Err(StoreFailure::Corrupt) => {
                self.add(format!("{part} cannot be read to the end"));
                Ok(())
            }
            other => other,
        }
    }
}

impl PostgresReader {
    /// Checks every row. Returns the findings; none if the store is sound.
    pub(in crate::store) fn check(&self) -> Result<Vec<String>, StoreFailure> {
        let mut findings = Findings::default();
        let checked = self.answer(|snapshot| everything(snapshot, &mut findings));
        findings.take("the store", checked)?;
        Ok(findings.0)
    }

    /// Checks nothing: the server reads its pages itself.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "another backend has pages")]
    pub(in crate::store) fn check_pages(&self) -> Result<(), StoreFailure> {
        Ok(())
    }

    /// Checks the journal, before anything of it is sent: that every entry that may be sent can be
    /// read, and that each is in the state in which its newest step left it.
    pub(in crate::store) fn check_journal(&self) -> Result<(), StoreFailure> {
        self.answer(|snapshot| {
            let mut findings = Findings::default();
            unlike_log(snapshot, &mut findings, "AND state IN ('queued', 'sending')")?;
            let open = "WHERE state IN ('queued', 'sending')";
            journal_rows::select(snapshot.live, open, &[])?;
            if findings.0.is_empty() { Ok(()) } else { Err(StoreFailure::Corrupt) }
        })
    }
}

fn everything(
    snapshot: &mut ServerSnapshot<'_>,
    findings: &mut Findings,
) -> Result<(), StoreFailure> {
    for (find, words) in PURGES {
        let find = find.replace("{last_kind}", &(codes::KINDS - 1).to_string());
        for row in snapshot.query(&find, &[&(MOST_FINDINGS as i64)])? {
            findings.add(format!("the purge of key {} {words}", row.try_get::<_, i64>(0)?));
        }
    }
    let journal = journal_reads::visit(snapshot, &mut |_| ControlFlow::Continue(()));
    findings.take("the journal", journal)?;
    unlike_log(snapshot, findings, "")?;
    let resources = each(snapshot, ("checked_resources", "SELECT value FROM resource"), |row| {
        json::from_text::<Resource>(row.try_get(0)?).map(drop)
    });
    findings.take("the resources", resources)?;
    let attempts = ("checked_attempts", "SELECT kind, targets FROM attempt");
    let attempts = each(snapshot, attempts, |row| {
        refused::kind(row.try_get(0)?)?;
        json::from_text::<Vec<String>>(row.try_get(1)?).map(drop)
    });
    findings.take("the activity log", attempts)
}

/// Finds entries of the journal whose state is not that of their newest step.
fn unlike_log(
    snapshot: &mut ServerSnapshot<'_>,
    findings: &mut Findings,
    only: &str,
) -> Result<(), StoreFailure> {
    each(snapshot, ("unlike_log", &format!("{UNLIKE_LOG} {only}")), |row| {
        let id: String = row.try_get(0)?;
        findings.add(format!("request {id} is not in the state of its newest step"));
        Ok(())
    })
}

/// Reads every row of a query, by a cursor of a name that no other query has.
fn each(
    snapshot: &mut ServerSnapshot<'_>,
    (cursor, select): (&str, &str),
    mut read: impl FnMut(&Row) -> Result<(), StoreFailure>,
) -> Result<(), StoreFailure> {
    snapshot.query(&format!("DECLARE {cursor} NO SCROLL CURSOR FOR {select}"), &[])?;
    let fetch = format!("FETCH {AT_ONCE} FROM {cursor}");
    let read = loop {
        let rows = snapshot.query(&fetch, &[])?;
        let read = rows.iter().try_for_each(&mut read);
        if read.is_err() || rows.len() < AT_ONCE {
            break read;
        }
    };
    snapshot.query(&format!("CLOSE {cursor}"), &[])?;
    read
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use chrono::DateTime;

    use crate::cluster::Cluster;
    use crate::domain::journal::NewEntry;
    use crate::domain::payload::{Payload, PurgeRequest};
    use crate::domain::store_address::StoreAddress;
    use crate::store::failure::StoreFailure;
    use crate::store::outcome::Access;
    use crate::store::postgres::{PostgresReader, PostgresStore, ServerAccess};
    use crate::testing;

    /// A store with a purge and a queued request, of which some rows are changed from outside.
    struct Damaged {
        database: String,
        cluster: &'static Cluster,
        _own: tempfile::TempDir,
        reader: PostgresReader,
    }

    impl Damaged {
        fn new(cluster: &'static Cluster) -> Self {
            let url = cluster.database();
            let database = url.split(['/', '?']).nth(3).unwrap();
            let StoreAddress::Server(address) = StoreAddress::parse(&url).unwrap() else {
                unreachable!("the address of a server")
            };
            let own = tempfile::tempdir().unwrap();
            let given = ServerAccess { address, password: None };
            let path = own.path().join("own.db");
            let store = PostgresStore::connect(&given, &path, Access::ReadWrite).unwrap();
            let mut writer = store.writer().unwrap();
            let now = DateTime::UNIX_EPOCH;
            writer.record(&[testing::purge("one", "1", now)], now).unwrap();
            let request = PurgeRequest::new("one", "12", "a.com", Payload::All);
            writer.enqueue(&[NewEntry::new(request, now)], now).unwrap();
            let reader = store.reader().unwrap();
            Self { database: database.to_owned(), cluster, _own: own, reader }
        }

        fn change(&self, sql: &str) {
            self.cluster.sql(&self.database, &format!("SET search_path = purgedeck; {sql}"));
        }
    }

    #[test]
    fn a_check_tells_what_does_not_fit_together() {
        let Some(cluster) = Cluster::shared() else { return };
        for (change, words) in [
            ("UPDATE purge SET account = 9", "belongs to no account"),
            ("UPDATE purge SET raw_status = 99", "has a word that is not there"),
            ("UPDATE purge SET status = 9", "of which nothing is known"),
            ("UPDATE purge SET targets = targets + 1", "has other targets than it says"),
            ("UPDATE journal SET request = '{'", "the journal cannot be read to the end"),
            ("UPDATE journal SET state = 'sending'", "is not in the state of its newest step"),
        ] {
            let damaged = Damaged::new(cluster);
            assert_eq!(damaged.reader.check(), Ok(Vec::new()));
            assert_eq!(damaged.reader.check_journal(), Ok(()));
            damaged.change(change);
            let reader = &damaged.reader;
            let found = reader.check().unwrap();
            assert!(found.iter().any(|finding| finding.contains(words)), "{change}: {found:?}");
            let journal =
                if change.contains("journal") { Err(StoreFailure::Corrupt) } else { Ok(()) };
            assert_eq!(reader.check_journal(), journal, "{change}");
        }
    }
}
