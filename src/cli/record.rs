//! A purge in the form in which it is exported and imported: the JSON form, whose fields and order are a promise.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::listing::{Cell, Record, Tone, clock};
use super::probes::{ProbeRecord, probes};
use crate::config::accounts::check_name;
use crate::domain::ids::{AccountName, ProviderName, PurgeId, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, PurgeDetail, Target};
use crate::domain::status::Status;
use crate::domain::zone::Zone;

/// The version of the form. A file of a newer one is not read.
pub const SCHEMA_VERSION: u32 = 1;

/// One purge. What is not known is left out, but for the fields of the first block, which are always there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeRecord {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The account's name.
    pub account: String,
    /// The provider's name.
    pub provider: String,
    /// The vendor's id of the purge.
    pub id: String,
    /// The vendor's id of the resource.
    #[serde(default)]
    pub resource_id: String,
    /// The resource's cname; empty where the vendor did not say.
    #[serde(default)]
    pub cname: String,
    /// `url`, `pattern`, `all`, or `unknown`.
    pub kind: String,
    /// `in_progress`, `successful`, `failed`, `report_disabled` or `unknown`.
    pub status: String,
    /// The vendor's own word for the status.
    #[serde(default)]
    pub raw_status: String,
    /// RFC 3339, UTC.
    pub created: String,
    /// The entries as the vendor gave them.
    #[serde(default)]
    pub targets: Vec<String>,
    /// How many there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_count: Option<u32>,

    /// What became of each entry, where the vendor says for at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target_statuses: Vec<Option<String>>,
    /// The vendor's own word for the kind, where ours is `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_kind: Option<String>,
    /// The vendor's own text for the time, where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_created: Option<String>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why, where it was sent from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The operator's ticket, where it was sent from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Whether it was sent from here.
    #[serde(default)]
    pub sent_here: bool,
    /// When it ended, RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<String>,
    /// Whether the edge was seen to serve it fresh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// What the edge showed after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<ProbeRecord>,
}

impl From<PurgeDetail> for PurgeRecord {
    fn from(detail: PurgeDetail) -> Self {
        let PurgeDetail { purge, sent, .. } = detail;
        let target_statuses = if purge.targets.iter().any(|target| target.status.is_some()) {
            purge
                .targets
                .iter()
                .map(|target| target.status.map(|status| status.word().to_owned()))
                .collect()
        } else {
            Vec::new()
        };
        let sent_here = sent.is_some();
        let probes = probes(sent.as_ref().and_then(|sent| sent.verification.as_deref()));
        let (reason, ticket, verified) =
            sent.map_or((None, None, None), |sent| (sent.reason, sent.ticket, sent.verified));
        Self {
            schema_version: SCHEMA_VERSION,
            account: purge.account.to_string(),
            provider: purge.provider.to_string(),
            id: purge.id.as_str().to_owned(),
            resource_id: purge.resource.as_str().to_owned(),
            kind: purge.kind_word().to_owned(),
            raw_kind: purge.kind.is_none().then_some(purge.raw_kind),
            cname: purge.cname,
            status: purge.status.word().to_owned(),
            raw_status: purge.raw_status,
            created: stamp(purge.created),
            target_count: Some(purge.targets.len() as u32),
            targets: purge.targets.into_iter().map(|target| target.text).collect(),
            target_statuses,
            raw_created: purge.raw_created,
            by: purge.by,
            reason,
            ticket,
            sent_here,
            completed: purge.completed.map(stamp),
            verified,
            probes,
        }
    }
}

impl PurgeRecord {
    /// The purge; or what is wrong with the record. What only the journal of the exporting store knew (who sent it and
    /// why) is not history, and is left behind.
    pub fn into_purge(self) -> Result<Purge, String> {
        if self.schema_version != SCHEMA_VERSION {
            return Err(format!(
                "schema_version is {}, and this purgedeck reads {SCHEMA_VERSION}",
                self.schema_version
            ));
        }
        check_name(&self.account)?;
        for (name, text) in [("provider", &self.provider), ("id", &self.id)] {
            if text.is_empty() {
                return Err(format!("\"{name}\" is empty"));
            }
        }
        if let Some(count) = self.target_count
            && count as usize != self.targets.len()
        {
            return Err(format!(
                "target_count is {count} and there are {} targets",
                self.targets.len()
            ));
        }
        let kind = match self.kind.as_str() {
            "unknown" => None,
            word => Some(Kind::from_word(word).ok_or_else(|| {
                format!("kind \"{word}\" is none of url, pattern, all and unknown")
            })?),
        };
        let status = status_of(&self.status)?;
        let mut statuses = self.target_statuses.into_iter();
        let targets = self
            .targets
            .into_iter()
            .map(|text| {
                let status = statuses.next().flatten();
                let status = status.as_deref().map(status_of).transpose()?;
                Ok(Target { text, status })
            })
            .collect::<Result<_, String>>()?;
        Ok(Purge {
            account: AccountName::new(self.account),
            provider: ProviderName::new(self.provider),
            id: PurgeId::new(self.id),
            resource: ResourceId::new(self.resource_id),
            cname: self.cname,
            kind,
            raw_kind: self.raw_kind.unwrap_or_else(|| self.kind.clone()),
            status,
            raw_status: if self.raw_status.is_empty() {
                status.label().to_owned()
            } else {
                self.raw_status
            },
            created: instant("created", &self.created)?,
            raw_created: self.raw_created,
            completed: self
                .completed
                .as_deref()
                .map(|text| instant("completed", text))
                .transpose()?,
            targets,
            by: self.by,
        })
    }
}

fn status_of(word: &str) -> Result<Status, String> {
    Status::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Status::EVERY.into_iter().map(Status::word).collect();
        format!("status \"{word}\" is none of {}", words.join(", "))
    })
}

fn instant(name: &str, text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_| format!("\"{name}\" is no RFC 3339 time: \"{text}\""))
}

/// An instant as exports write it, to the microsecond at most.
pub fn stamp(instant: DateTime<Utc>) -> String {
    instant.trunc_subsecs(6).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The tone of a status.
pub fn tone_of(status: Status) -> Tone {
    match status {
        Status::Successful => Tone::Good,
        Status::InProgress => Tone::Busy,
        Status::Failed => Tone::Bad,
        Status::ReportDisabled | Status::Unknown => Tone::Plain,
    }
}

impl Record for PurgeRecord {
    const TABLE: &'static [&'static str] =
        &["CREATED", "ACCOUNT", "CNAME", "KIND", "STATUS", "ID", "TARGETS"];
    const CSV: &'static [&'static str] = &[
        "account",
        "provider",
        "id",
        "resource_id",
        "cname",
        "kind",
        "status",
        "raw_status",
        "created",
        "targets",
        "target_count",
        "by",
        "reason",
        "ticket",
        "sent_here",
        "completed",
        "verified",
    ];

    fn table(&self, zone: Zone) -> Vec<Cell> {
        let status = Status::from_word(&self.status).unwrap_or(Status::Unknown);
        let words = match status {
            Status::Unknown if !self.raw_status.is_empty() => format!("? {}", self.raw_status),
            Status::Unknown
            | Status::InProgress
            | Status::Successful
            | Status::Failed
            | Status::ReportDisabled => status.label_seen(self.verified).to_owned(),
        };
        let tone = match (status, self.verified) {
            (Status::Successful, Some(false)) => Tone::Bad,
            (status, _) => tone_of(status),
        };
        let targets = match (self.targets.first(), self.targets.len()) {
            (None, _) => String::new(),
            (Some(first), 1) => first.clone(),
            (Some(first), count) => format!("{first} and {} more", count - 1),
        };
        vec![
            instant("created", &self.created)
                .map_or_else(|_| self.created.clone(), |created| clock(created, zone))
                .into(),
            self.account.as_str().into(),
            self.cname.as_str().into(),
            self.kind.as_str().into(),
            Cell { text: words, tone },
            self.id.as_str().into(),
            targets.into(),
        ]
    }

    fn csv(&self) -> Vec<String> {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.account.clone(),
            self.provider.clone(),
            self.id.clone(),
            self.resource_id.clone(),
            self.cname.clone(),
            self.kind.clone(),
            self.status.clone(),
            self.raw_status.clone(),
            self.created.clone(),
            self.targets.join("\n"),
            self.targets.len().to_string(),
            optional(&self.by),
            optional(&self.reason),
            optional(&self.ticket),
            self.sent_here.to_string(),
            optional(&self.completed),
            self.verified.map_or_else(String::new, |word| word.to_string()),
        ]
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::ids::PurgeKey;
    use crate::domain::purge::SentHere;

    fn purge() -> Purge {
        Purge {
            account: "gcore-prod".into(),
            provider: "gcore".into(),
            id: "700001".into(),
            resource: "1000".into(),
            cname: "www.site.com".to_owned(),
            kind: Some(Kind::Url),
            raw_kind: "purge_by_url".to_owned(),
            status: Status::InProgress,
            raw_status: "In progress".to_owned(),
            created: "2026-09-11T07:13:31.947749Z".parse().unwrap(),
            raw_created: None,
            completed: None,
            targets: vec![Target::new("/a"), Target::new("/b,c")],
            by: None,
        }
    }

    fn detail(sent: Option<SentHere>) -> PurgeDetail {
        PurgeDetail { key: PurgeKey(1), purge: purge(), sent, refused: Vec::new() }
    }

    #[test]
    fn a_purge_is_written_in_the_promised_fields_and_order() {
        let json = serde_json::to_string(&PurgeRecord::from(detail(None))).unwrap();
        assert_eq!(
            json,
            r#"{"schema_version":1,"account":"gcore-prod","provider":"gcore","id":"700001","resource_id":"1000","cname":"www.site.com","kind":"url","status":"in_progress","raw_status":"In progress","created":"2026-09-11T07:13:31.947749Z","targets":["/a","/b,c"],"target_count":2,"sent_here":false}"#
        );
    }

    #[test]
    fn what_our_journal_knows_stands_beside_it() {
        let sent = SentHere {
            sent_at: purge().created,
            reason: Some("stale hero".to_owned()),
            ticket: Some("INC-1".to_owned()),
            verified: None,
            verification: None,
        };
        let json = serde_json::to_string(&PurgeRecord::from(detail(Some(sent)))).unwrap();
        assert!(
            json.ends_with(r#""reason":"stale hero","ticket":"INC-1","sent_here":true}"#),
            "{json}"
        );
    }

    #[test]
    fn what_was_written_reads_back_as_the_same_purge() {
        let mut odd = purge();
        odd.kind = None;
        odd.raw_kind = "purge_by_tag".to_owned();
        odd.status = Status::Unknown;
        odd.raw_status = "Queued?".to_owned();
        odd.raw_created = Some("yesterday".to_owned());
        odd.completed = Some(odd.created);
        odd.by = Some("mira".to_owned());
        odd.targets = vec![Target { text: "/a".to_owned(), status: Some(Status::Failed) }];
        let record = PurgeRecord::from(PurgeDetail {
            key: PurgeKey(1),
            purge: odd.clone(),
            sent: None,
            refused: Vec::new(),
        });
        let json = serde_json::to_string(&record).unwrap();
        let again: PurgeRecord = serde_json::from_str(&json).unwrap();
        assert_eq!(again.into_purge().unwrap(), odd);
    }

    #[test]
    fn a_record_that_cannot_be_is_refused_with_the_reason() {
        let good = PurgeRecord::from(detail(None));
        let wrong = |change: fn(&mut PurgeRecord)| {
            let mut record = good.clone();
            change(&mut record);
            record.into_purge().unwrap_err()
        };
        assert!(wrong(|record| record.schema_version = 2).contains("schema_version"));
        assert!(wrong(|record| record.id.clear()).contains("\"id\""));
        assert!(wrong(|record| record.account = "a b".to_owned()).contains("account"));
        assert!(wrong(|record| record.kind = "tag".to_owned()).contains("\"tag\""));
        assert!(wrong(|record| record.status = "done".to_owned()).contains("in_progress"));
        assert!(wrong(|record| record.created = "today".to_owned()).contains("RFC 3339"));
        assert!(wrong(|record| record.target_count = Some(3)).contains("2 targets"));
    }
}
