//! Cases from people who purge CDNs: what they paste and pipe, and what comes of it. Each input is a
//! file; the table beside it says the targets that are planned and the findings that must be told.
//! The identifiers are those of a collection of public reports; the reasons stand where it is not
//! the input itself that says them.

#![expect(clippy::unwrap_used, reason = "tests")]

mod elsewhere;
#[path = "../promises/names.rs"]
mod names;
mod properties;
mod reading;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use purgedeck::domain::budget::USUAL_MARGIN;
use purgedeck::domain::document::{DocumentFormat, decode};
use purgedeck::domain::draft::Draft;
use purgedeck::domain::findings::Severity;
use purgedeck::domain::hosts::HostIndex;
use purgedeck::domain::kind::Kind;
use purgedeck::domain::limits::{KindRule, Letters, Limits, QueryUse, Syntax, Wildcard};
use purgedeck::domain::lint::{Linted, lint};
use purgedeck::domain::lint_context::LintContext;
use purgedeck::domain::resource::Resource;

#[expect(dead_code, reason = "not every test needs all of it")]
#[path = "../../src/testing.rs"]
mod testing;

use reading::CASES;

/// A vendor that takes paths, with a star at the end, and one that takes full URLs and encodes
/// letters itself.
fn lint_as(draft: &Draft) -> Linted {
    let rule = |syntax, wildcard| KindRule {
        query: QueryUse::Counts,
        ..KindRule::new(100, syntax, wildcard)
    };
    let paths = testing::limits(
        rule(Syntax::Path, Wildcard::Nowhere),
        rule(Syntax::Path, Wildcard::EndDisputed),
        rule(Syntax::Path, Wildcard::Nowhere),
    );
    let urls = |rule: KindRule| KindRule { letters: Letters::Raw, ..rule };
    let full = testing::limits(
        urls(rule(Syntax::FullUrl, Wildcard::Nowhere)),
        urls(rule(Syntax::Directory, Wildcard::Nowhere)),
        urls(rule(Syntax::Directory, Wildcard::Nowhere)),
    );
    let resources = [
        Resource::new("gcore-prod", "gcore", "9", HOST),
        Resource::new("gcore-prod", "gcore", "10", "xn--bcher-kva.example"),
        Resource::new("tencent", "tencent", "11", "raw.example.net"),
    ];
    let limits: BTreeMap<_, Arc<Limits>> =
        [("gcore-prod".into(), Arc::new(paths)), ("tencent".into(), Arc::new(full))].into();
    let hosts = HostIndex::new(&resources);
    let context = LintContext {
        unread: Vec::new(),
        served: None,
        hosts: &hosts,
        limits: &limits,
        accounts: &[],
        recent: &[],
        under_way: &[],
        months: None,
        read_only: false,
        queued: Vec::new(),
        closed: Vec::new(),
        margin: USUAL_MARGIN,
        now: DateTime::<Utc>::UNIX_EPOCH,
    };
    lint(draft, &context)
}

const HOST: &str = "blog.northbyte.example.com";

/// One input and its right outcome.
struct Case {
    /// The file in `input/`; `.arg` is one argument of `--url`.
    file: &'static str,
    /// True if the resource is given beside it.
    resource: bool,
    /// The format in which it is read.
    format: DocumentFormat,
    /// The targets that are sent, each after its kind.
    planned: &'static [&'static str],
    /// Findings that must be told: a severity's letter and a code.
    told: &'static [&'static str],
}

fn draft_of(case: &Case) -> Result<Draft, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/input").join(case.file);
    let bytes = std::fs::read(path).unwrap();
    let is_argument = Path::new(case.file).extension().is_some_and(|it| it == "arg");
    Ok(Draft {
        text: decode::bytes(&bytes).map_err(|error| error.to_string())?,
        format: is_argument.then_some(DocumentFormat::Lines),
        kind: is_argument.then_some(Kind::Url),
        resource: case.resource.then(|| ("gcore-prod".into(), "9".into())),
        ..Draft::default()
    })
}

fn letter(severity: Severity) -> char {
    match severity {
        Severity::Info => 'i',
        Severity::Warning => 'w',
        Severity::Error => 'e',
    }
}

#[test]
fn every_case_comes_out_right() {
    let mut wrong = Vec::new();
    for case in CASES {
        let linted = match draft_of(case) {
            Ok(draft) => lint_as(&draft),
            Err(words) => {
                wrong.push(format!("{}: {words}", case.file));
                continue;
            }
        };
        let planned: Vec<String> = linted
            .lines
            .iter()
            .filter_map(|line| {
                let meaning = line.meaning.as_ref()?;
                Some(format!("{} {}", meaning.kind, meaning.target.replace(HOST, "$H")))
            })
            .map(|line| if line.len() > 400 { format!("{} bytes", line.len()) } else { line })
            .collect();
        let told: Vec<String> = linted
            .all_findings()
            .map(|finding| format!("{}{}", letter(finding.severity), finding.code))
            .collect();
        let missing: Vec<&&str> =
            case.told.iter().filter(|code| !told.iter().any(|it| it == *code)).collect();
        if planned != case.planned || !missing.is_empty() || linted.read_as.format != case.format {
            wrong.push(format!(
                "{}: read as {}\n  planned {planned:?}\n  wanted  {:?}\n  told {told:?}, missing {missing:?}",
                case.file,
                linted.read_as.format.word(),
                case.planned,
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_input_has_its_outcome() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/input");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut named: Vec<&str> = CASES.iter().map(|case| case.file).chain(["T03.txt"]).collect();
    files.sort();
    named.sort_unstable();
    assert_eq!(files, named);
}

#[test]
fn a_file_of_another_encoding_is_refused_with_its_line_and_the_way_out() {
    let case = Case {
        file: "T03.txt",
        resource: true,
        format: DocumentFormat::Lines,
        planned: &[],
        told: &[],
    };
    let words = draft_of(&case).unwrap_err();
    assert!(words.contains("line 2") && words.contains("iconv"), "{words}");
}

#[test]
fn a_password_in_a_pasted_url_is_repeated_by_no_finding() {
    let case = CASES.iter().find(|case| case.file == "U08.txt").unwrap();
    let linted = lint_as(&draft_of(case).unwrap());
    assert!(linted.all_findings().all(|finding| !finding.words.contains("hunter2")));
}
