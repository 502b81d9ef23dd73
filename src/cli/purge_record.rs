//! A purge as it is exported and imported in JSON.

use std::borrow::Cow;

use chrono::{DateTime, SubsecRound as _, Utc};
use serde::{Deserialize, Serialize};

use super::listing::{Cell, Emphasis, Record};
use super::probe_record::{ProbeRecord, probes};
use super::time::{clock, rfc3339};
use crate::config::accounts::check_name;
use crate::domain::ids::{AccountName, ProviderName, PurgeId, ResourceId};
use crate::domain::instant::{WRITABLE_YEARS, is_writable};
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, PurgeDetail, Target};
use crate::domain::status::Status;
use crate::domain::zone::Zone;

/// Version of the JSON form. Files of other versions are not read.
pub const SCHEMA_VERSION: u32 = 1;

/// One purge. Its fields and their order are a promise. The fields of the first block are always
/// there, unknown ones of the second are left out. Texts are borrowed from the purge or the line
/// wherever they stand there as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeRecord<'r> {
    schema_version: u32,
    #[serde(borrow)]
    account: Cow<'r, str>,
    #[serde(borrow)]
    provider: Cow<'r, str>,
    #[serde(borrow)]
    id: Cow<'r, str>,
    #[serde(borrow, default)]
    resource_id: Cow<'r, str>,
    /// The resource's cname; empty where the vendor does not report it.
    #[serde(borrow, default)]
    cname: Cow<'r, str>,
    /// The word of a kind (`url`, `ignore_query`, `pattern`, `regex`, `host`, `tag`, `all`), or
    /// `unknown`.
    #[serde(borrow)]
    kind: Cow<'r, str>,
    /// `in_progress`, `successful`, `failed`, `report_disabled` or `unknown`.
    #[serde(borrow)]
    status: Cow<'r, str>,
    #[serde(borrow, default)]
    raw_status: Cow<'r, str>,
    /// RFC 3339, UTC.
    #[serde(borrow)]
    created: Cow<'r, str>,
    /// The targets as the vendor reports them.
    #[serde(borrow, default)]
    targets: Vec<TargetText<'r>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target_count: Option<u32>,

    /// The status of each target, where the vendor reports at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    target_statuses: Vec<Option<Cow<'r, str>>>,
    /// The vendor's own word for the kind, where ours is `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw_kind: Option<Cow<'r, str>>,
    /// The vendor's own text for the time, where it could not be parsed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw_created: Option<Cow<'r, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<Cow<'r, str>>,
    /// The reason, where it was sent from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'r, str>>,
    /// The operator's ticket, where it was sent from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<Cow<'r, str>>,
    #[serde(default)]
    sent_here: bool,
    /// The time at which it ended, RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed: Option<Cow<'r, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    probes: Vec<ProbeRecord>,
}

/// The text of a target: serde borrows a text in a list only where it has a type of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct TargetText<'r>(#[serde(borrow)] Cow<'r, str>);

impl<'r> From<&'r PurgeDetail> for PurgeRecord<'r> {
    fn from(detail: &'r PurgeDetail) -> Self {
        let PurgeDetail { purge, sent, .. } = detail;
        let sent = sent.as_ref();
        let target_statuses = if purge.targets.iter().any(|target| target.status.is_some()) {
            let words = purge.targets.iter().map(|target| target.status.map(Status::word));
            words.map(|word| word.map(Cow::Borrowed)).collect()
        } else {
            Vec::new()
        };
        let text = |text: &'r Option<String>| text.as_deref().map(Cow::Borrowed);
        Self {
            schema_version: SCHEMA_VERSION,
            account: purge.account.as_str().into(),
            provider: purge.provider.as_str().into(),
            id: purge.id.as_str().into(),
            resource_id: purge.resource.as_str().into(),
            kind: purge.kind_word().into(),
            raw_kind: purge.kind.is_none().then_some(purge.raw_kind.as_str().into()),
            cname: purge.cname.as_str().into(),
            status: purge.status.word().into(),
            raw_status: purge.raw_status.as_str().into(),
            created: rfc3339(purge.created).into(),
            target_count: Some(purge.targets.len() as u32),
            targets: purge
                .targets
                .iter()
                .map(|target| TargetText(target.text.as_str().into()))
                .collect(),
            target_statuses,
            raw_created: text(&purge.raw_created),
            by: text(&purge.by),
            reason: sent.and_then(|sent| text(&sent.reason)),
            ticket: sent.and_then(|sent| text(&sent.ticket)),
            sent_here: sent.is_some(),
            completed: purge.completed.map(|completed| rfc3339(completed).into()),
            verified: sent.and_then(|sent| sent.verified),
            probes: probes(sent.and_then(|sent| sent.verification.as_deref())),
        }
    }
}

impl PurgeRecord<'_> {
    /// Reads the purge out of the record, or names what is wrong in it. Reason, ticket and
    /// verification are of the exporting store's journal and not imported.
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
        let kind = match self.kind.as_ref() {
            "unknown" => None,
            word => Some(Kind::from_word(word).ok_or_else(|| {
                let kinds = Kind::EVERY.map(Kind::word).join(", ");
                format!("kind \"{word}\" is not {kinds} or unknown")
            })?),
        };
        let status = parse_status(&self.status)?;
        let mut statuses = self.target_statuses.into_iter();
        let mut targets = Vec::with_capacity(self.targets.len());
        for TargetText(text) in self.targets {
            let status = statuses.next().flatten();
            let status = status.as_deref().map(parse_status).transpose()?;
            targets.push(Target { text: text.into_owned(), status });
        }
        Ok(Purge {
            account: AccountName::new(self.account),
            provider: ProviderName::new(self.provider),
            id: PurgeId::new(self.id),
            resource: ResourceId::new(self.resource_id),
            cname: self.cname.into_owned(),
            kind,
            raw_kind: self.raw_kind.filter(|_| kind.is_none()).unwrap_or(self.kind).into_owned(),
            status,
            raw_status: if self.raw_status.is_empty() {
                status.label().to_owned()
            } else {
                self.raw_status.into_owned()
            },
            created: parse_instant("created", &self.created)?,
            raw_created: self.raw_created.map(Cow::into_owned),
            completed: self
                .completed
                .as_deref()
                .map(|text| parse_instant("completed", text))
                .transpose()?,
            targets,
            by: self.by.map(Cow::into_owned),
        })
    }
}

fn parse_status(word: &str) -> Result<Status, String> {
    Status::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Status::EVERY.into_iter().map(Status::word).collect();
        format!("status \"{word}\" is not one of {}", words.join(", "))
    })
}

/// Reads a time to the microsecond, as it is kept and written.
fn parse_instant(name: &str, text: &str) -> Result<DateTime<Utc>, String> {
    let time = DateTime::parse_from_rfc3339(text)
        .map_err(|_| format!("\"{name}\" is not an RFC 3339 time: \"{text}\""))?;
    let time = time.with_timezone(&Utc).trunc_subsecs(6);
    if !is_writable(time) {
        return Err(format!(
            "\"{name}\" is not in the years {} to {} of UTC, the only ones that a text can name: \
             \"{text}\"",
            WRITABLE_YEARS.start(),
            WRITABLE_YEARS.end()
        ));
    }
    Ok(time)
}

impl Record for PurgeRecord<'_> {
    const CSV: &'static str = "account provider id resource_id cname kind status raw_status \
         created targets target_count by reason ticket sent_here completed verified";

    fn columns(&self, zone: Zone) -> Vec<(&'static str, Cell)> {
        let status = Status::from_word(&self.status).unwrap_or(Status::Unknown);
        let text = if status == Status::Unknown && !self.raw_status.is_empty() {
            format!("? {}", self.raw_status)
        } else {
            status.label_seen(self.verified).to_owned()
        };
        let emphasis = match (status, self.verified) {
            (Status::Successful, Some(false)) | (Status::Failed, _) => Emphasis::Bad,
            (Status::Successful, _) => Emphasis::Good,
            (Status::InProgress, _) => Emphasis::Busy,
            (Status::ReportDisabled | Status::Unknown, _) => Emphasis::Plain,
        };
        let created = parse_instant("created", &self.created)
            .map_or_else(|_| self.created.to_string(), |created| clock(created, zone));
        let targets = match self.targets.as_slice() {
            [] => String::new(),
            [only] => only.0.to_string(),
            [first, more @ ..] => format!("{} and {} more", first.0, more.len()),
        };
        vec![
            ("CREATED", created.into()),
            ("ACCOUNT", self.account.as_ref().into()),
            ("CNAME", self.cname.as_ref().into()),
            ("KIND", self.kind.as_ref().into()),
            ("STATUS", Cell { text, emphasis }),
            ("ID", self.id.as_ref().into()),
            ("TARGETS", targets.into()),
        ]
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::ids::PurgeKey;
    use crate::domain::purge::SentHere;
    use crate::testing;

    fn purge() -> Purge {
        Purge {
            provider: "gcore".into(),
            resource: "1000".into(),
            raw_kind: "purge_by_url".to_owned(),
            status: Status::InProgress,
            raw_status: "In progress".to_owned(),
            targets: vec![Target::new("/a"), Target::new("/b,c")],
            ..testing::purge("gcore-prod", "700001", "2026-09-11T07:13:31.947749Z".parse().unwrap())
        }
    }

    fn detail(sent: Option<SentHere>) -> PurgeDetail {
        PurgeDetail { key: PurgeKey(1), purge: purge(), sent, refused: Vec::new() }
    }

    #[test]
    fn a_purge_is_written_in_the_promised_fields_and_order() {
        let json = serde_json::to_string(&PurgeRecord::from(&detail(None))).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"schema_version":1,"account":"gcore-prod","provider":"gcore","id":"700001","#,
                r#""resource_id":"1000","cname":"www.site.com","kind":"url","#,
                r#""status":"in_progress","raw_status":"In progress","#,
                r#""created":"2026-09-11T07:13:31.947749Z","targets":["/a","/b,c"],"#,
                r#""target_count":2,"sent_here":false}"#
            )
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
        let json = serde_json::to_string(&PurgeRecord::from(&detail(Some(sent)))).unwrap();
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
        let detail =
            PurgeDetail { key: PurgeKey(1), purge: odd.clone(), sent: None, refused: Vec::new() };
        let json = serde_json::to_string(&PurgeRecord::from(&detail)).unwrap();
        let again: PurgeRecord<'_> = serde_json::from_str(&json).unwrap();
        assert_eq!(again.into_purge().unwrap(), odd);
    }

    #[test]
    fn a_record_that_cannot_be_is_refused_with_the_reason() {
        let detail = detail(None);
        let good = PurgeRecord::from(&detail);
        let wrong = |change: fn(&mut PurgeRecord<'_>)| {
            let mut record = good.clone();
            change(&mut record);
            record.into_purge().unwrap_err()
        };
        assert!(wrong(|record| record.schema_version = 2).contains("schema_version"));
        assert!(wrong(|record| record.id = "".into()).contains("\"id\""));
        assert!(wrong(|record| record.account = "a b".into()).contains("account"));
        assert!(wrong(|record| record.kind = "vanity".into()).contains("\"vanity\""));
        assert!(wrong(|record| record.status = "done".into()).contains("in_progress"));
        assert!(wrong(|record| record.created = "today".into()).contains("RFC 3339"));
        for beyond in ["9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+00:01"] {
            let mut record = good.clone();
            record.completed = Some(beyond.into());
            let error = record.into_purge().unwrap_err();
            assert!(error.contains("\"completed\" is not in the years 0 to 9999"), "{error}");
        }
        assert!(wrong(|record| record.target_count = Some(3)).contains("2 targets"));
    }
}
