//! Documents that are handed over: in whatever format they are read, nothing panics, every place is
//! in the text, what is planned was read, and taking out every entry leaves none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use purgedeck::config::accounts::AccountConfig;
use purgedeck::config::secret::source::SecretSource;
use purgedeck::domain::budget::USUAL_MARGIN;
use purgedeck::domain::check::check;
use purgedeck::domain::document::{DocumentFormat, decode, read};
use purgedeck::domain::draft::Draft;
use purgedeck::domain::draft::edit::{EntryChange, apply};
use purgedeck::domain::hosts::HostIndex;
use purgedeck::domain::ids::AccountName;
use purgedeck::domain::limits::Limits;
use purgedeck::domain::lint_context::LintContext;
use purgedeck::domain::resource::Resource;
use purgedeck::domain::secret::Secret;

/// Documents of more bytes are left out: a fuzzer would only make them longer.
const MOST: usize = 64 << 10;

struct World {
    hosts: HostIndex,
    limits: BTreeMap<AccountName, Arc<Limits>>,
}

/// An account of each vendor with its documented limits, and a resource of each.
static WORLD: LazyLock<World> = LazyLock::new(|| {
    let given = |text: &str| SecretSource::Given(Secret::new(text.to_owned()));
    let accounts = [
        AccountConfig::new("gcore".into(), "gcore".into()).with_secret("token", given("1$x")),
        AccountConfig::new("tencent".into(), "tencent".into())
            .with_secret("secret_id", given("id"))
            .with_secret("secret_key", given("key")),
        AccountConfig::new("medianova".into(), "medianova".into())
            .with_secret("token", given("token"))
            .with_option("organization", "o".to_owned()),
    ];
    let limits = accounts.iter().map(|account| {
        let provider = purgedeck::providers::connect(account).unwrap();
        (account.name().clone(), Arc::new(provider.documented_limits()))
    });
    let resources = [
        Resource::new("gcore", "gcore", "1", "www.site.com"),
        Resource::new("tencent", "tencent", "2", "blog.northbyte.example.com"),
        Resource::new("medianova", "medianova", "3", "h.example"),
    ];
    World { hosts: HostIndex::new(&resources), limits: limits.collect() }
});

/// Holds a document to the properties.
pub(crate) fn hold(data: &[u8]) {
    if data.len() > MOST {
        return;
    }
    let Ok(text) = decode::bytes(data) else {
        return;
    };
    for format in [None].into_iter().chain(DocumentFormat::EVERY.map(Some)) {
        hold_in_format(&text, format);
    }
    for resource in [None, Some("gcore"), Some("tencent"), Some("medianova")] {
        hold_as_draft(&text, resource);
    }
}

fn hold_in_format(text: &str, format: Option<DocumentFormat>) {
    let document = read(text, format);
    let lines = text.split('\n').count();
    for entry in &document.entries {
        assert!(
            entry.line < lines && entry.line <= entry.until && entry.until < lines,
            "{entry:?}"
        );
        if let Some(place) = entry.place.clone() {
            assert!(text.get(place).is_some(), "{entry:?} is in the text");
        }
    }
    assert!(document.omissions.iter().all(|it| it.line < lines), "{:?}", document.omissions);
    assert!(document.broken.iter().all(|it| it.line < lines), "{:?}", document.broken);
    let _ = document.read_as().words();
    let again = read(text, Some(document.format));
    assert_eq!(again.entries, document.entries, "read in the format that it was recognised as");
}

fn hold_as_draft(text: &str, resource: Option<&str>) {
    let id = |account| match account {
        "gcore" => "1",
        "tencent" => "2",
        _ => "3",
    };
    let resource = resource.map(|account| (account.into(), id(account).into()));
    let draft = Draft { text: text.to_owned(), resource, ..Draft::default() };
    let context = LintContext {
        hosts: &WORLD.hosts,
        limits: &WORLD.limits,
        accounts: &[],
        read_only: false,
        recent: &[],
        under_way: &[],
        months: None,
        queued: Vec::new(),
        closed: Vec::new(),
        unread: Vec::new(),
        served: None,
        margin: USUAL_MARGIN,
        now: DateTime::<Utc>::UNIX_EPOCH,
    };
    let checked = check(&draft, &context);
    let entries = draft.read().entries.len();
    assert_eq!(checked.linted.lines.len(), entries, "every entry is linted");
    let meant = checked.linted.lines.iter().filter_map(|line| line.meaning.as_ref());
    let meant: BTreeSet<&str> = meant.map(|meaning| meaning.target.as_str()).collect();
    for request in checked.plan.iter().flat_map(|plan| &plan.requests) {
        for target in request.request.payload.targets() {
            assert!(meant.contains(target.as_str()), "{target} is planned and was not read");
        }
    }
    for line in &checked.linted.lines {
        let is_told = line.findings.iter().any(|it| !it.words.is_empty());
        let is_planned = line.meaning.is_some();
        assert!(is_planned || is_told || !meant.is_empty(), "{:?} vanished", line.input);
    }
    if entries <= 200 {
        let changes: Vec<_> = (0..entries).map(|entry| EntryChange { entry, text: None }).collect();
        let edited = apply(text, None, &changes);
        let left = read(&edited.text, edited.format).entries;
        assert!(left.is_empty(), "{left:?} is left of {text:?} without its entries");
    }
}
