//! Reading rows of purges, with what the journal adds.

use tokio_postgres::Row;

use super::dictionary::ServerDictionary;
use super::journal_rows::{optional_text, verification};
use super::text;
use crate::domain::ids::{PurgeId, PurgeKey, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, PurgeDetail, PurgeRow, SentHere, Target};
use crate::domain::status::Status;
use crate::store::failure::StoreFailure;
use crate::store::{codes, targets, times};

/// Most characters of the first target in a row of a list.
const FIRST_TARGET_CHARS: usize = 200;

/// The start of a SELECT of rows of a list: of purges `p`, each with its newest entry of the
/// journal. [`listed`] reads it. Of long targets, the server unpacks the first alone.
pub(super) fn select_listed() -> String {
    format!(
        "SELECT p.key, p.created, p.account, p.cname, p.author, p.kind, p.status, p.raw_status,
                p.id, p.targets, split_part(left(p.lines, {FIRST_TARGET_CHARS} + 1), E'\\n', 2),
                sent.seq IS NOT NULL, sent.verified
         {FROM}"
    )
}

/// The start of a SELECT of purges in full, likewise. [`detail`] reads it.
pub(super) fn select_whole() -> String {
    format!(
        "SELECT {PURGE}, sent.seq IS NOT NULL, coalesce(sent.sent_at, sent.queued_at), sent.reason,
                sent.ticket, sent.verified,
                (SELECT value FROM verification WHERE entry = sent.seq)
         {FROM}"
    )
}

/// The columns of a purge `p` that [`purge`] reads.
pub(super) const PURGE: &str = "
    p.key, p.created, p.account, p.cname, p.author, p.kind, p.status, p.raw_status, p.id, p.targets,
    p.lines, p.resource, p.raw_kind, p.completed, p.raw_created, p.fates";

/// The order is by a sum, lest the server look for the newest entry of a purge among all of its
/// account, newest first.
const FROM: &str = "FROM purge p LEFT JOIN LATERAL (
        SELECT seq, sent_at, queued_at, reason, ticket, verified FROM (
            SELECT * FROM journal
            WHERE journal.purge = p.id
              AND journal.account = (SELECT name FROM account WHERE account.id = p.account)
            UNION ALL
            SELECT * FROM journal
            WHERE journal.purge LIKE '%,%' AND p.id = ANY(string_to_array(journal.purge, ','))
              AND journal.account = (SELECT name FROM account WHERE account.id = p.account)) entry
        ORDER BY seq + 0 DESC LIMIT 1) sent ON true";

/// Reads a code as it stands in the codes' own type.
fn code(row: &Row, column: usize) -> Result<u8, StoreFailure> {
    row.try_get::<_, i16>(column)?.try_into().map_err(|_| StoreFailure::Corrupt)
}

fn kind(row: &Row) -> Result<Option<Kind>, StoreFailure> {
    codes::to_kind(code(row, 5)?)
}

fn status(row: &Row) -> Result<Status, StoreFailure> {
    codes::to_status(code(row, 6)?)
}

/// Reads a row of a list.
pub(super) fn listed(row: &Row, dictionary: &ServerDictionary) -> Result<PurgeRow, StoreFailure> {
    let (account, provider) = dictionary.account(row.try_get(2)?)?.clone();
    Ok(PurgeRow {
        key: PurgeKey(row.try_get(0)?),
        account,
        provider,
        id: PurgeId::from(text::restored(row.try_get(8)?)),
        cname: dictionary.word(row.try_get(3)?)?.to_owned(),
        kind: kind(row)?,
        status: status(row)?,
        raw_status: dictionary.word(row.try_get(7)?)?.to_owned(),
        created: times::instant(row.try_get(1)?),
        target_count: row.try_get::<_, i32>(9)? as u32,
        first_target: text::restored_lines(row.try_get(10)?).next().unwrap_or_default(),
        by: dictionary.optional_word(row.try_get(4)?)?.map(str::to_owned),
        sent_here: row.try_get(11)?,
        verified: row.try_get(12)?,
    })
}

/// Reads a purge in full with what the journal adds, but without refused attempts.
pub(super) fn detail(
    row: &Row,
    dictionary: &ServerDictionary,
) -> Result<PurgeDetail, StoreFailure> {
    let sent = if row.try_get(16)? {
        Some(SentHere {
            sent_at: times::instant(row.try_get(17)?),
            reason: optional_text(row, 18)?,
            ticket: optional_text(row, 19)?,
            verified: row.try_get(20)?,
            verification: verification(row.try_get(21)?),
        })
    } else {
        None
    };
    let key = PurgeKey(row.try_get(0)?);
    Ok(PurgeDetail { key, purge: purge(row, dictionary)?, sent, refused: Vec::new() })
}

/// Reads a purge in full, without what the journal adds.
pub(super) fn purge(row: &Row, dictionary: &ServerDictionary) -> Result<Purge, StoreFailure> {
    let lines = text::restored_lines(row.try_get(10)?).map(Target::new).collect();
    let count = row.try_get::<_, i32>(9)? as u32;
    let (account, provider) = dictionary.account(row.try_get(2)?)?.clone();
    Ok(Purge {
        account,
        provider,
        id: PurgeId::from(text::restored(row.try_get(8)?)),
        resource: ResourceId::new(dictionary.word(row.try_get(11)?)?),
        cname: dictionary.word(row.try_get(3)?)?.to_owned(),
        kind: kind(row)?,
        raw_kind: dictionary.word(row.try_get(12)?)?.to_owned(),
        status: status(row)?,
        raw_status: dictionary.word(row.try_get(7)?)?.to_owned(),
        created: times::instant(row.try_get(1)?),
        raw_created: optional_text(row, 14)?,
        completed: row.try_get::<_, Option<i64>>(13)?.map(times::instant),
        targets: targets::with_statuses(lines, count, row.try_get(15)?)?,
        by: dictionary.optional_word(row.try_get(4)?)?.map(str::to_owned),
    })
}
