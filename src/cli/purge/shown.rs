//! Findings, plans and sent requests as they are printed.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::listing::{Cell, Format, Listing, Looks, Record, clock};
use crate::cli::office::Office;
use crate::cli::record::{SCHEMA_VERSION, stamp};
use crate::cli::request::{RequestRecord, targets_cell};
use crate::cli::setup::{Talk, count};
use crate::domain::draft::Linted;
use crate::domain::journal::JournalEntry;
use crate::domain::plan::{Plan, Preview, Risk, Suggestion};
use crate::domain::zone::Zone;

/// What could be purged instead, and what that would cost.
pub(super) fn wider(wider: &[Suggestion], talk: Talk) {
    for way in wider {
        talk.say(&format!(
            "or, of {}: {} in {} instead of {}: {}",
            way.cname,
            way.patterns.join(" "),
            count(way.requests, "request"),
            way.instead_of,
            way.also_removes
        ));
    }
}

/// What the plan comes to, for the operator.
pub(super) fn summary(plan: &Plan, zone: Zone, talk: Talk) {
    for part in &plan.parts {
        let what = match part.targets {
            _ if part.kind == crate::domain::kind::Kind::All => "everything".to_owned(),
            many => count(many, part.kind.word()),
        };
        let as_what = if part.sent_kind == part.kind {
            String::new()
        } else {
            format!(" as a {}", part.sent_kind)
        };
        let requests = count(part.requests(), "request");
        talk.say(&format!("{} ({}): {what}{as_what} in {requests}", part.cname, part.account));
    }
    talk.say(&format!(
        "the last one goes out at {}, done at {} if the vendors take their usual time",
        clock(plan.ends_at, zone),
        clock(plan.done_at, zone)
    ));
}

#[derive(Serialize)]
struct PlanRecord<'p> {
    schema_version: u32,
    risk: &'static str,
    confirm: &'p [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
    requests: Vec<PlannedRecord<'p>>,
    /// What is left of the daily quotas once everything was sent.
    quotas: Vec<QuotaRecord<'p>>,
    suggestions: Vec<SuggestionRecord<'p>>,
    findings: Vec<FindingRecord<'p>>,
}

#[derive(Serialize)]
struct QuotaRecord<'p> {
    account: &'p str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<&'p str>,
    left: u64,
    of: u64,
}

/// Fewer, wider purges in the place of a resource's URLs.
#[derive(Serialize)]
struct SuggestionRecord<'p> {
    account: &'p str,
    cname: &'p str,
    patterns: &'p [String],
    requests: usize,
    instead_of: usize,
    covers: usize,
    stay: usize,
    also_removes: &'p str,
}

#[derive(Serialize)]
struct FindingRecord<'p> {
    code: &'static str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    words: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'static str>,
}

#[derive(Serialize)]
struct PlannedRecord<'p> {
    account: &'p str,
    resource_id: &'p str,
    cname: &'p str,
    kind: &'static str,
    targets: &'p [String],
    target_count: usize,
    planned_at: String,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    curl: String,
    #[serde(skip)]
    at: DateTime<Utc>,
}

impl Record for PlannedRecord<'_> {
    const TABLE: &'static [&'static str] =
        &["PLANNED", "ACCOUNT", "CNAME", "KIND", "COUNT", "TARGETS"];
    const CSV: &'static [&'static str] = &[
        "account",
        "resource_id",
        "cname",
        "kind",
        "targets",
        "target_count",
        "planned_at",
        "method",
        "url",
        "body",
        "curl",
    ];

    fn table(&self, zone: Zone) -> Vec<Cell> {
        vec![
            clock(self.at, zone).into(),
            self.account.into(),
            self.cname.into(),
            self.kind.into(),
            self.target_count.to_string().into(),
            targets_cell(self.targets),
        ]
    }

    fn csv(&self) -> Vec<String> {
        vec![
            self.account.to_owned(),
            self.resource_id.to_owned(),
            self.cname.to_owned(),
            self.kind.to_owned(),
            self.targets.join("\n"),
            self.target_count.to_string(),
            self.planned_at.clone(),
            self.method.clone(),
            self.url.clone(),
            self.body.clone(),
            self.curl.clone(),
        ]
    }
}

fn finding_records(linted: &Linted) -> Vec<FindingRecord<'_>> {
    linted
        .all_findings()
        .map(|finding| FindingRecord {
            code: finding.code,
            severity: finding.severity.word(),
            line: finding.line.map(|line| line + 1),
            words: &finding.words,
            link: finding.link,
        })
        .collect()
}

fn quota_records(plan: &Plan) -> Vec<QuotaRecord<'_>> {
    plan.quotas
        .iter()
        .map(|(account, line)| QuotaRecord {
            account: account.as_str(),
            kind: line.kind.word(),
            area: line.area.as_deref(),
            left: line.left,
            of: line.total,
        })
        .collect()
}

fn suggestion_records(wider: &[Suggestion]) -> Vec<SuggestionRecord<'_>> {
    wider
        .iter()
        .map(|way| SuggestionRecord {
            account: way.account.as_str(),
            cname: &way.cname,
            patterns: &way.patterns,
            requests: way.requests,
            instead_of: way.instead_of,
            covers: way.covers,
            stay: way.stay,
            also_removes: &way.also_removes,
        })
        .collect()
}

/// Writes the plan: as JSON with its risk and findings, else as a list of its requests.
pub(super) fn plan(
    format: Format,
    looks: Looks,
    plan: &Plan,
    linted: &Linted,
    wider: &[Suggestion],
    office: &Office,
) -> Result<(), CliError> {
    let requests: Vec<PlannedRecord<'_>> = plan
        .requests
        .iter()
        .map(|planned| {
            let request = &planned.request;
            let Preview { method, url, headers, body, curl } = office.preview(request);
            PlannedRecord {
                account: request.account.as_str(),
                resource_id: request.resource.as_str(),
                cname: &request.cname,
                kind: request.kind().word(),
                targets: request.payload.targets(),
                target_count: request.payload.targets().len(),
                planned_at: stamp(planned.at),
                method,
                url,
                headers,
                body,
                curl,
                at: planned.at,
            }
        })
        .collect();
    let mut out = io::stdout().lock();
    if format == Format::Json {
        let record = PlanRecord {
            schema_version: SCHEMA_VERSION,
            risk: match plan.risk {
                Risk::Low => "low",
                Risk::Raised => "raised",
                Risk::High { .. } => "high",
            },
            confirm: &plan.high_cnames,
            ends_at: Some(stamp(plan.ends_at)),
            done_at: Some(stamp(plan.done_at)),
            requests,
            quotas: quota_records(plan),
            suggestions: suggestion_records(wider),
            findings: finding_records(linted),
        };
        return whole(&mut out, &record);
    }
    let mut listing = Listing::begin::<PlannedRecord<'_>>(format, looks, out)?;
    for request in &requests {
        listing.put(request)?;
    }
    listing.end()
}

/// Writes what the linter says of a draft that has no plan, where JSON is wanted.
pub(super) fn no_plan(format: Format, linted: &Linted) -> Result<(), CliError> {
    if format != Format::Json {
        return Ok(());
    }
    let record = PlanRecord {
        schema_version: SCHEMA_VERSION,
        risk: "none",
        confirm: &[],
        ends_at: None,
        done_at: None,
        requests: Vec::new(),
        quotas: Vec::new(),
        suggestions: Vec::new(),
        findings: finding_records(linted),
    };
    whole(&mut io::stdout().lock(), &record)
}

fn whole(out: &mut impl Write, record: &PlanRecord<'_>) -> Result<(), CliError> {
    serde_json::to_writer_pretty(&mut *out, record)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

/// Writes the requests as the journal has them.
pub(super) fn sent(format: Format, looks: Looks, entries: &[JournalEntry]) -> Result<(), CliError> {
    let mut listing = Listing::begin::<RequestRecord<'_>>(format, looks, io::stdout().lock())?;
    for entry in entries {
        listing.put(&RequestRecord::from(entry))?;
    }
    listing.end()
}
