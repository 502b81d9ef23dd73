//! Output of plans.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::cli::console::{Console, count};
use crate::cli::error::CliError;
use crate::cli::listing::{self, Cell, Format, Record, TableStyle};
use crate::cli::output::stdout;
use crate::cli::purge_record::SCHEMA_VERSION;
use crate::cli::request_record::targets_cell;
use crate::cli::time::{clock, rfc3339};
use crate::domain::document::ReadAs;
use crate::domain::kind::Kind;
use crate::domain::lint::Linted;
use crate::domain::plan::{Plan, Preview, Risk, Suggestion};
use crate::domain::text::escape_json;
use crate::domain::zone::Zone;
use crate::engine::Engine;

/// Prints fewer, wider purges that would do.
pub(super) fn wider(wider: &[Suggestion], console: Console) {
    for way in wider {
        console.info(&format!(
            "or, of {}: {} in {} instead of {}: {}",
            way.cname,
            way.patterns.join(" "),
            count(way.requests, "request"),
            way.instead_of,
            way.also_removes
        ));
    }
}

/// Prints the plan's summary for the operator.
pub(super) fn summary(plan: &Plan, zone: Zone, console: Console) {
    for part in &plan.parts {
        let targets = match part.kind {
            Kind::All => "the whole resource".to_owned(),
            Kind::IgnoreQuery => {
                format!("{} with any query", count(part.targets, Kind::Url.word()))
            }
            Kind::Regex => count(part.targets, part.kind.noun()),
            Kind::Url | Kind::Pattern | Kind::Host | Kind::Tag => {
                count(part.targets, part.kind.word())
            }
        };
        let sent_as = if part.sent_kind == part.kind {
            String::new()
        } else {
            format!(" as a {}", part.sent_kind)
        };
        let requests = count(part.requests(), "request");
        let mode = part.mode.as_ref().map(|mode| format!(" ({mode})")).unwrap_or_default();
        console.info(&format!(
            "{} ({}): {targets}{sent_as} in {requests}; {}{mode}: {}",
            part.cname,
            part.account,
            part.hardness.word(),
            part.hardness.meaning()
        ));
    }
    for (account, cost) in &plan.costs {
        console.info(&format!("{account}: {}", cost.words()));
    }
    console.info(&format!(
        "the last request is sent at {}, and done at {} if the vendors take their usual time",
        clock(plan.ends_at, zone),
        clock(plan.done_at, zone)
    ));
}

#[derive(Default, Serialize)]
struct PlanRecord<'p> {
    schema_version: u32,
    risk: &'static str,
    confirm: &'p [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
    requests: Vec<PlannedRecord<'p>>,
    /// A resource and kind each, with what becomes of the copies.
    parts: Vec<PartRecord<'p>>,
    /// The cost in each account where purges cost money.
    costs: Vec<CostRecord<'p>>,
    /// The daily quotas that are left after the last request.
    quotas: Vec<QuotaRecord<'p>>,
    suggestions: Vec<SuggestionRecord<'p>>,
    /// The way in which the targets were read.
    read_as: ReadAsRecord<'p>,
    findings: Vec<FindingRecord<'p>>,
}

#[derive(Serialize)]
struct PartRecord<'p> {
    account: &'p str,
    resource_id: &'p str,
    cname: &'p str,
    kind: &'static str,
    sent_kind: &'static str,
    targets: usize,
    requests: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'p str>,
    /// `hard`, `soft` or `changed only`.
    hardness: &'static str,
    meaning: &'static str,
}

/// What targets cost, after what the month and the queue have used.
#[derive(Serialize)]
struct CostRecord<'p> {
    account: &'p str,
    targets: u64,
    free_left: u64,
    paid: u64,
    /// Thousandths of a US dollar.
    mills: u64,
    /// True if it may be more, since not all of the month's purges are known.
    is_least: bool,
    words: String,
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

/// The format in which targets were read, and the lines of which nothing was, counted from 1.
#[derive(Default, Serialize)]
struct ReadAsRecord<'p> {
    format: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    columns: &'p [String],
    entries: usize,
    not_read: Vec<usize>,
}

impl<'p> ReadAsRecord<'p> {
    fn of(linted: &'p Linted) -> Self {
        let ReadAs { format, columns, entries, not_read } = &linted.read_as;
        Self {
            format: format.word(),
            columns,
            entries: *entries,
            not_read: not_read.iter().map(|line| line + 1).collect(),
        }
    }
}

/// Fewer, wider purges instead of a resource's URLs.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'p str>,
    hardness: &'static str,
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
    const CSV: &'static str = "account resource_id cname kind targets target_count planned_at \
         method url body curl";

    fn columns(&self, zone: Zone) -> Vec<(&'static str, Cell)> {
        vec![
            ("PLANNED", clock(self.at, zone).into()),
            ("ACCOUNT", self.account.into()),
            ("CNAME", self.cname.into()),
            ("KIND", self.kind.into()),
            ("COUNT", self.target_count.to_string().into()),
            ("TARGETS", targets_cell(self.targets)),
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

fn part_records(plan: &Plan) -> Vec<PartRecord<'_>> {
    let parts = plan.parts.iter().map(|part| PartRecord {
        account: part.account.as_str(),
        resource_id: part.resource.as_str(),
        cname: &part.cname,
        kind: part.kind.word(),
        sent_kind: part.sent_kind.word(),
        targets: part.targets,
        requests: part.requests(),
        mode: part.mode.as_deref(),
        hardness: part.hardness.word(),
        meaning: part.hardness.meaning(),
    });
    parts.collect()
}

fn cost_records(plan: &Plan) -> Vec<CostRecord<'_>> {
    let costs = plan.costs.iter().map(|(account, cost)| CostRecord {
        account: account.as_str(),
        targets: cost.targets,
        free_left: cost.free_left(),
        paid: cost.paid(),
        mills: cost.mills(),
        is_least: cost.is_least,
        words: cost.words(),
    });
    costs.collect()
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

/// Writes the plan: in JSON with its risk and findings, else as a list of requests.
pub(super) fn plan(
    format: Format,
    style: TableStyle,
    plan: &Plan,
    linted: &Linted,
    wider: &[Suggestion],
    engine: &Engine,
) -> Result<(), CliError> {
    let requests: Vec<PlannedRecord<'_>> = plan
        .requests
        .iter()
        .map(|planned| {
            let request = &planned.request;
            let Preview { method, url, headers, body, curl } = engine.preview(request);
            PlannedRecord {
                account: request.account.as_str(),
                resource_id: request.resource.as_str(),
                cname: &request.cname,
                kind: request.kind().word(),
                targets: request.payload.targets(),
                target_count: request.payload.targets().len(),
                mode: request.mode.as_deref(),
                hardness: plan.hardness_of(request).word(),
                planned_at: rfc3339(planned.at),
                method,
                url,
                headers,
                body,
                curl,
                at: planned.at,
            }
        })
        .collect();
    if format == Format::Json {
        let record = PlanRecord {
            schema_version: SCHEMA_VERSION,
            risk: match plan.risk {
                Risk::Low => "low",
                Risk::Raised => "raised",
                Risk::High { .. } => "high",
            },
            confirm: &plan.high_cnames,
            ends_at: Some(rfc3339(plan.ends_at)),
            done_at: Some(rfc3339(plan.done_at)),
            requests,
            parts: part_records(plan),
            costs: cost_records(plan),
            quotas: quota_records(plan),
            suggestions: suggestion_records(wider),
            read_as: ReadAsRecord::of(linted),
            findings: finding_records(linted),
        };
        return write_json(&record);
    }
    listing::print(format, style, requests)
}

/// Writes the findings of a draft without a plan, in JSON only.
pub(super) fn findings_only(format: Format, linted: &Linted) -> Result<(), CliError> {
    if format != Format::Json {
        return Ok(());
    }
    let record = PlanRecord {
        schema_version: SCHEMA_VERSION,
        risk: "none",
        read_as: ReadAsRecord::of(linted),
        findings: finding_records(linted),
        ..PlanRecord::default()
    };
    write_json(&record)
}

fn write_json(record: &PlanRecord<'_>) -> Result<(), CliError> {
    let json = serde_json::to_string_pretty(record)?;
    let mut out = stdout();
    writeln!(out, "{}", escape_json(&json))?;
    Ok(out.flush()?)
}
