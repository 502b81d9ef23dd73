//! A purge as a vendor recorded it, and the shorter form of it that a list shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::activity::Refused;
use super::edge::Verification;
use super::ids::{AccountName, ProviderName, PurgeId, PurgeKey, ResourceId};
use super::kind::Kind;
use super::payload::{Payload, PurgeRequest};
use super::status::Status;

/// One entry of a purge's payload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    /// The entry as the vendor gave it: a path, a full URL, a pattern or a directory.
    pub text: String,
    /// The status of this entry alone, where the vendor says.
    pub status: Option<Status>,
}

impl Target {
    /// An entry of which nothing but its text is known.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), status: None }
    }
}

/// A purge as a vendor told us of it. Whatever the vendor said that we could not read stands in the
/// `raw_*` fields: a purge is never dropped for a word that we do not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purge {
    /// The account in whose history it stands.
    pub account: AccountName,
    /// The account's provider.
    pub provider: ProviderName,
    /// The vendor's id for it; with the account, what makes it the same purge when it is seen
    /// again.
    pub id: PurgeId,
    /// The resource.
    pub resource: ResourceId,
    /// The resource's cname, as the vendor gave it with the purge; empty where it did not.
    pub cname: String,
    /// The kind; `None` where the vendor's word for it is unknown.
    pub kind: Option<Kind>,
    /// The vendor's own word for the kind.
    pub raw_kind: String,
    /// The status.
    pub status: Status,
    /// The vendor's own word for the status.
    pub raw_status: String,
    /// When the vendor recorded it, to the microsecond. Where the vendor's text could not be read:
    /// when we first saw it.
    pub created: DateTime<Utc>,
    /// The vendor's text for `created` where it could not be read; empty where the vendor has not
    /// listed the purge yet.
    pub raw_created: Option<String>,
    /// When it ended, where the vendor says.
    pub completed: Option<DateTime<Utc>>,
    /// The entries. Empty for a purge of everything.
    pub targets: Vec<Target>,
    /// The person or token that asked for it, where the vendor says.
    pub by: Option<String>,
}

impl Purge {
    /// The request that would make the same purge again; `None` where its record does not tell.
    pub fn again(&self) -> Option<PurgeRequest> {
        let payload = Payload::new(self.kind?, self.targets.iter().map(|it| it.text.as_str()))?;
        Some(PurgeRequest::new(
            self.account.clone(),
            self.resource.clone(),
            self.cname.clone(),
            payload,
        ))
    }

    /// Returns true if its list told neither kind nor targets, and they were not asked for yet.
    pub fn is_bare(&self) -> bool {
        self.kind.is_none() && self.raw_kind.is_empty() && self.targets.is_empty()
    }

    /// The word for its kind; `unknown` for a kind of the vendor's that has none here.
    pub fn kind_word(&self) -> &str {
        self.kind.map_or("unknown", Kind::word)
    }
}

/// A purge as one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeRow {
    /// Its place in the local history.
    pub key: PurgeKey,
    /// The account in whose history it stands.
    pub account: AccountName,
    /// The account's provider.
    pub provider: ProviderName,
    /// The vendor's id.
    pub id: PurgeId,
    /// The resource's cname.
    pub cname: String,
    /// The kind; `None` where the vendor's word for it is unknown.
    pub kind: Option<Kind>,
    /// The status.
    pub status: Status,
    /// The vendor's own word for the status.
    pub raw_status: String,
    /// When the vendor recorded it.
    pub created: DateTime<Utc>,
    /// Number of entries.
    pub target_count: u32,
    /// Its first entry; empty where there is none.
    pub first_target: String,
    /// The person or token that asked for it, where known.
    pub by: Option<String>,
    /// True if this store's journal sent it.
    pub sent_here: bool,
    /// The edge's freshness, for a purge that this store's journal sent: `Some(true)` fresh,
    /// `Some(false)` stale.
    pub verified: Option<bool>,
}

impl PurgeRow {
    /// Returns true if neither its kind nor its targets are known.
    pub fn is_bare(&self) -> bool {
        self.kind.is_none() && self.target_count == 0
    }
}

/// Everything that is known of one purge: the vendor's record and what our own journal adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeDetail {
    /// Its place in the local history.
    pub key: PurgeKey,
    /// The vendor's record.
    pub purge: Purge,
    /// Our journal's record; `None` when it was not sent from here.
    pub sent: Option<SentHere>,
    /// Attempts by anybody on the same resource around that time that the vendor refused, oldest
    /// first. Told for one purge at a time only: empty in exports.
    pub refused: Vec<Refused>,
}

/// Our own journal's record of a purge that was sent from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentHere {
    /// When the request went out.
    pub sent_at: DateTime<Utc>,
    /// Why, in the operator's words.
    pub reason: Option<String>,
    /// The operator's ticket.
    pub ticket: Option<String>,
    /// The edge's freshness: `Some(true)` fresh, `Some(false)` stale, `None` not asked or unclear.
    pub verified: Option<bool>,
    /// The looks at the edge; `None` where there was none.
    pub verification: Option<Box<Verification>>,
}
