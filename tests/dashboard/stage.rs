//! A stage for the core: accounts, purges in memory in the store's place, keys as text, the screen
//! as a buffer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use purgedeck::app::{App, Ctx, Input, Msg, Setup, update};
use purgedeck::domain::account::Account;
use purgedeck::domain::budget::{RecentPurge, RecentUse};
use purgedeck::domain::coverage::Coverage;
use purgedeck::domain::event::{AccountStatus, Event};
use purgedeck::domain::failure::{Cause, Failure};
use purgedeck::domain::ids::{AccountName, PurgeKey};
use purgedeck::domain::journal::JournalEntry;
use purgedeck::domain::kind::Kind;
use purgedeck::domain::limits::{HistoryRule, KindRule, Limits, Syntax, Wildcard};
use purgedeck::domain::purge::{Purge, PurgeDetail, PurgeRow, Target};
use purgedeck::domain::query::{Anchor, KeysQuery, Summary, SummaryQuery, Window, WindowQuery};
use purgedeck::domain::resource::Resource;
use purgedeck::domain::sort::RowPlace;
use purgedeck::domain::status::Status;
use purgedeck::domain::timeline::Timeline;
use purgedeck::effect::{Answer, Effect, Query, Report};
use purgedeck::keymap::{Chord, Keymap};
use purgedeck::panes::Pointer;
use purgedeck::panes::clicks::Clicks;
use purgedeck::screen::{Screen, clicked};
use purgedeck::theme::{ColourDepth, Glyphs, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

pub(crate) use super::picture::lines;
use super::picture::picture;
use super::testing;

/// The core on a stage.
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) keymap: Keymap,
    pub(crate) theme: Theme,
    pub(crate) now: DateTime<Utc>,
    pub(crate) size: (u16, u16),
    /// The store's purges, the newest first.
    pub(crate) store: Vec<(PurgeKey, Purge)>,
    /// The journal's entries: open ones first, in the order of the queue.
    pub(crate) journal: Vec<JournalEntry>,
    /// Every effect that was asked for and not looked at yet.
    pub(crate) asked: Vec<Effect>,
    /// Set if the store answers.
    pub(crate) answering: bool,
    /// What the edge showed of the first rows of each answer.
    pub(crate) verified: Vec<Option<bool>>,
    /// The instant before which no history is kept.
    pub(crate) kept_from: Option<DateTime<Utc>>,
    /// What was complete before the newest month.
    pub(crate) read_before: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// What the store counts besides cnames.
#[derive(Default)]
struct Counts {
    statuses: BTreeMap<Status, u64>,
    kinds: BTreeMap<Option<Kind>, u64>,
    accounts: BTreeMap<AccountName, u64>,
    authors: BTreeMap<String, u64>,
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time of the test's own")
}

pub(crate) fn setup() -> Setup {
    let prod = Account {
        colour: Some("bright-red".to_owned()),
        badge: Some("PROD".to_owned()),
        ..Account::new("edge-prod", "northcdn")
    };
    Setup { accounts: vec![prod, Account::new("edge-test", "southcdn")], ..Setup::default() }
}

const CNAMES: [&str; 5] =
    ["www.site.com", "img.site.com", "dl.example.org", "static.shop.example", "api.site.com"];

/// Purges every 97 seconds back from five past ten, of two accounts; the same on every run.
pub(crate) fn purges(count: usize) -> Vec<(PurgeKey, Purge)> {
    (0..count)
        .map(|n| {
            let created = at("2026-11-21T10:03:58Z") - TimeDelta::seconds(97 * n as i64);
            (PurgeKey(created.timestamp_micros()), purge(n, created))
        })
        .collect()
}

pub(crate) fn purge(n: usize, created: DateTime<Utc>) -> Purge {
    let pick = (n * 7 + n / 5) % 23;
    let kind = match pick {
        0..14 => Kind::Url,
        14..22 => Kind::Pattern,
        _ => Kind::All,
    };
    let status = match (n, pick % 9) {
        (0 | 2, _) => Status::InProgress,
        (_, 3) => Status::Failed,
        (_, 7) if pick > 14 => Status::ReportDisabled,
        _ => Status::Successful,
    };
    let targets = match kind {
        Kind::Url => {
            (0..=pick % 4).map(|at| Target::new(format!("/img/{n}/hero-{at}.jpg"))).collect()
        }
        Kind::Pattern | Kind::IgnoreQuery | Kind::Regex => {
            vec![Target::new(format!("/v{pick}/*"))]
        }
        Kind::Host | Kind::Tag | Kind::All => Vec::new(),
    };
    let prod = n % 3 != 1;
    Purge {
        provider: if prod { "northcdn" } else { "southcdn" }.into(),
        resource: format!("{}", n % CNAMES.len()).into(),
        cname: CNAMES[n % CNAMES.len()].to_owned(),
        kind: Some(kind),
        raw_kind: kind.word().to_owned(),
        status,
        raw_status: status.label().to_owned(),
        completed: (status == Status::Successful).then(|| created + TimeDelta::seconds(21)),
        targets,
        by: pick.is_multiple_of(2).then(|| "mira".to_owned()),
        ..testing::purge(
            if prod { "edge-prod" } else { "edge-test" },
            format!("{}", 900_000 - n),
            created,
        )
    }
}

/// A purge of everything of www.site.com that was just queued.
pub(crate) fn just_queued(id: &str, account: &str, at: DateTime<Utc>) -> JournalEntry {
    let id = id.into();
    JournalEntry { id, queued_at: at, ..testing::queued(account, "0", at) }
}

pub(crate) fn limits() -> Limits {
    let rule = |requests| KindRule {
        windows: vec![testing::window(requests, 60, "purge")],
        ..testing::rule(100, Syntax::Path, Wildcard::End)
    };
    Limits {
        history: HistoryRule {
            reach: Some(Duration::from_hours(720)),
            page: 1000,
            finest: Duration::from_secs(1),
            ..testing::history()
        },
        ..testing::limits(rule(2), rule(1), rule(1))
    }
}

impl Stage {
    /// A stage of this size with so many purges in the store, before anything was asked.
    pub(crate) fn empty(size: (u16, u16), count: usize, setup: Setup) -> Self {
        Self {
            app: App::new(setup),
            keymap: Keymap::new(&BTreeMap::new()).expect("the default keys"),
            theme: Theme::named("default", ColourDepth::Indexed, Glyphs::UNICODE)
                .expect("a built-in theme"),
            now: at("2026-11-21T10:04:12Z"),
            size,
            store: purges(count),
            journal: Vec::new(),
            asked: Vec::new(),
            answering: true,
            verified: Vec::new(),
            kept_from: None,
            read_before: None,
        }
    }

    /// A stage with 400 purges, everything answered, both vendors heard of.
    pub(crate) fn new(size: (u16, u16)) -> Self {
        Self::with(size, 400)
    }

    pub(crate) fn with(size: (u16, u16), count: usize) -> Self {
        let mut stage = Self::empty(size, count, setup());
        stage.start();
        stage.hear_of_accounts();
        stage.asked.clear();
        stage
    }

    pub(crate) fn start(&mut self) {
        let ctx = Ctx { now: self.now, size: self.size, keymap: &self.keymap };
        let effects = self.app.start(&ctx);
        self.carry_out(effects);
    }

    pub(crate) fn hear_of_accounts(&mut self) {
        for (name, seconds) in [("edge-prod", 3), ("edge-test", 190)] {
            let account = AccountName::new(name);
            self.report(Report::Event(Event::Limits {
                account: account.clone(),
                limits: Arc::new(limits()),
            }));
            let provider = if name == "edge-prod" { "northcdn" } else { "southcdn" };
            let resources = CNAMES
                .iter()
                .enumerate()
                .map(|(id, cname)| Resource::new(account.clone(), provider, id.to_string(), *cname))
                .collect();
            self.report(Report::Event(Event::Resources {
                account: account.clone(),
                resources: Arc::new(resources),
            }));
            let failure = (name == "edge-test").then(|| {
                let mut failure = Failure::new(Cause::Unauthenticated);
                failure.http_status = Some(401);
                failure
            });
            self.report(Report::Event(Event::Account {
                account,
                status: AccountStatus {
                    synced_at: Some(self.now - TimeDelta::seconds(seconds)),
                    failure,
                    ..AccountStatus::default()
                },
            }));
        }
    }

    /// Presses keys, written with blanks between them, each followed by all that the world has to
    /// say to it.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let chord: Chord = key.parse().unwrap_or_else(|wrong| panic!("{wrong}"));
            self.send(Msg::Input(Input::Chord(chord)));
        }
    }

    /// Types a text, character by character.
    pub(crate) fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            let name = if character == ' ' { "space".to_owned() } else { character.to_string() };
            self.press(&name);
        }
    }

    /// The core is told; the journal has every entry that it is told of.
    pub(crate) fn report(&mut self, report: Report) {
        if let Report::Event(Event::Journal(entry)) = &report {
            self.journal.retain(|known| known.id != entry.id);
            self.journal.push(JournalEntry::clone(entry));
            self.journal.sort_by_key(|entry| (!entry.state.is_open(), entry.place));
        }
        self.send(Msg::Report(report));
    }

    /// A purge of this moment is recorded, and the core is told.
    pub(crate) fn arrive(&mut self, n: usize) {
        let key = PurgeKey(self.now.timestamp_micros() + n as i64);
        self.store.insert(0, (key, purge(n, self.now)));
        self.report(Report::Event(Event::HistoryChanged {
            account: "edge-prod".into(),
            from: self.now,
            until: self.now,
            new: 1,
        }));
    }

    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.send(Msg::Input(Input::Resized));
    }

    pub(crate) fn send(&mut self, msg: Msg) {
        let ctx = Ctx { now: self.now, size: self.size, keymap: &self.keymap };
        let effects = update(&mut self.app, msg, &ctx);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let answers: Vec<Report> = effects
            .iter()
            .filter(|_| self.answering)
            .filter_map(|effect| self.answer(effect))
            .collect();
        self.asked.extend(effects);
        for answer in answers {
            self.report(answer);
        }
    }

    /// What was asked for since the last look.
    pub(crate) fn take_asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.asked)
    }

    /// What the store says to an effect; nothing to those that are not its own.
    pub(crate) fn answer(&self, effect: &Effect) -> Option<Report> {
        match effect {
            Effect::Query(Query::Window { pane, ticket, query }) => {
                Some(Report::Answer(Answer::Window {
                    pane: *pane,
                    ticket: *ticket,
                    result: Ok(self.window(query)),
                }))
            }
            Effect::Query(Query::Summary { pane, ticket, query }) => {
                Some(Report::Answer(Answer::Summary {
                    pane: *pane,
                    ticket: *ticket,
                    result: Ok(self.summary(query)),
                }))
            }
            Effect::Query(Query::Detail { pane, ticket, key }) => {
                Some(Report::Answer(Answer::Detail {
                    pane: *pane,
                    ticket: *ticket,
                    result: Ok(self.find(*key).map(|purge| {
                        Box::new(PurgeDetail {
                            key: *key,
                            purge: purge.clone(),
                            sent: None,
                            refused: Vec::new(),
                        })
                    })),
                }))
            }
            Effect::Query(Query::Keys { ticket, query }) => {
                Some(Report::Answer(Answer::Keys { ticket: *ticket, result: Ok(self.keys(query)) }))
            }
            Effect::Query(Query::Gather { ticket, keys }) => {
                Some(Report::Answer(Answer::Gathered {
                    ticket: *ticket,
                    result: Ok(keys.iter().filter_map(|key| self.find(*key)).cloned().collect()),
                }))
            }
            Effect::Query(Query::Recent { ticket, resources }) => {
                Some(Report::Answer(Answer::Recent {
                    ticket: *ticket,
                    result: Ok(RecentUse {
                        purges: self.recent(resources),
                        ..RecentUse::default()
                    }),
                }))
            }
            Effect::Query(Query::Served { ticket, hosts }) => {
                let account = |host: &String| {
                    let purges = self.store.iter().map(|(_, purge)| purge);
                    purges.filter(|purge| purge.cname == *host).map(|it| it.account.clone()).next()
                };
                let served =
                    hosts.iter().filter_map(|host| Some((host.clone(), account(host)?))).collect();
                Some(Report::Answer(Answer::Served { ticket: *ticket, result: Ok(served) }))
            }
            Effect::Query(Query::Queue { ticket }) => {
                let result = Ok(self.journal.clone());
                Some(Report::Answer(Answer::Queue { ticket: *ticket, result }))
            }
            _ => None,
        }
    }

    fn find(&self, key: PurgeKey) -> Option<&Purge> {
        let found = self.store.iter().find(|(other, _)| *other == key);
        found.map(|(_, purge)| purge)
    }

    fn recent(&self, of: &[(AccountName, purgedeck::domain::ids::ResourceId)]) -> Vec<RecentPurge> {
        let recent = |purge: &&Purge| {
            purge.created > self.now - TimeDelta::minutes(1)
                && of.contains(&(purge.account.clone(), purge.resource.clone()))
        };
        self.store
            .iter()
            .map(|(_, purge)| purge)
            .filter(recent)
            .map(|purge| RecentPurge::of_purge(purge.clone(), false))
            .collect()
    }

    fn window(&self, query: &WindowQuery) -> Window {
        let mut rows: Vec<PurgeRow> = self
            .store
            .iter()
            .filter(|(_, purge)| query.predicate.matches(purge, false))
            .enumerate()
            .map(|(place, (key, purge))| PurgeRow {
                verified: self.verified.get(place).copied().flatten(),
                ..row(*key, purge)
            })
            .collect();
        let sort = query.sort;
        rows.sort_by(|one, other| sort.compare(&sort.place(one), &sort.place(other)));
        let order = |row: &PurgeRow, anchor: &RowPlace<'_>| sort.compare(&sort.place(row), anchor);
        let limit = query.limit as usize;
        let start = match &query.anchor {
            Anchor::Start => 0,
            Anchor::End => rows.len().saturating_sub(limit),
            Anchor::After(anchor) => rows.partition_point(|row| order(row, anchor).is_le()),
            Anchor::Before(anchor) => {
                let end = rows.partition_point(|row| order(row, anchor).is_lt());
                let start = end.saturating_sub(limit);
                return Window {
                    more_before: start > 0,
                    more_after: end < rows.len(),
                    rows: rows[start..end].to_vec(),
                };
            }
            Anchor::Around { row: anchor, before } => {
                let now = rows.iter().find(|row| row.key == anchor.key);
                let anchor = now.map_or_else(|| anchor.clone(), |row| sort.place(row));
                let here = rows.partition_point(|row| order(row, &anchor).is_lt());
                here.saturating_sub(*before as usize)
            }
        };
        let end = (start + limit).min(rows.len());
        Window {
            more_before: start > 0,
            more_after: end < rows.len(),
            rows: rows[start..end].to_vec(),
        }
    }

    fn keys(&self, query: &KeysQuery) -> Vec<PurgeKey> {
        let among = |key: &PurgeKey| query.among.as_ref().is_none_or(|keys| keys.contains(key));
        self.store
            .iter()
            .filter(|(key, purge)| among(key) && query.predicate.matches(purge, false))
            .map(|(key, _)| *key)
            .take(query.limit as usize)
            .collect()
    }

    fn summary(&self, query: &SummaryQuery) -> Summary {
        let selected: Vec<&Purge> = self
            .store
            .iter()
            .map(|(_, purge)| purge)
            .filter(|purge| query.predicate.matches(purge, false))
            .collect();
        let oldest = selected.last().map_or(query.now, |purge| purge.created);
        let mut timeline = Timeline::frame(
            query.predicate.from.unwrap_or(oldest),
            query.predicate.until.unwrap_or(query.now),
            query.bars,
        );
        for purge in &selected {
            timeline.add(purge.created, purge.status);
        }
        let mut by_cname: BTreeMap<String, u64> = BTreeMap::new();
        for purge in &selected {
            *by_cname.entry(purge.cname.clone()).or_default() += 1;
        }
        let mut counts = Counts::default();
        for purge in &selected {
            *counts.statuses.entry(purge.status).or_default() += 1;
            *counts.kinds.entry(purge.kind).or_default() += 1;
            *counts.accounts.entry(purge.account.clone()).or_default() += 1;
            if let Some(by) = &purge.by {
                *counts.authors.entry(by.clone()).or_default() += 1;
            }
        }
        let newest = (at("2026-10-22T00:00:00Z"), query.now);
        let coverage: Coverage = self.read_before.into_iter().chain([newest]).collect();
        let coverage = coverage.kept_from(self.kept_from);
        Summary {
            selected: selected.len() as u64,
            stored: self.store.len() as u64,
            by_status: counts.statuses.into_iter().collect(),
            by_kind: counts.kinds.into_iter().collect(),
            by_account: counts.accounts.into_iter().collect(),
            by_author: counts.authors.into_iter().collect(),
            by_cname: by_cname.into_iter().collect(),
            timeline,
            coverage: vec![("edge-prod".into(), coverage.clone()), ("edge-test".into(), coverage)],
        }
    }

    /// The screen as it is drawn now.
    pub(crate) fn draw(&self) -> Buffer {
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buffer = Buffer::empty(area);
        self.draw_into(area, &mut buffer);
        buffer
    }

    /// The screen with the roles of its cells.
    pub(crate) fn picture(&self) -> String {
        picture(&self.draw(), &self.theme)
    }

    pub(crate) fn draw_into(&self, area: Rect, buffer: &mut Buffer) {
        self.draw_noting(&Clicks::default(), area, buffer);
    }

    fn draw_noting(&self, clicks: &Clicks, area: Rect, buffer: &mut Buffer) {
        let ctx = Ctx { now: self.now, size: self.size, keymap: &self.keymap };
        (&Screen { app: &self.app, ctx: &ctx, theme: &self.theme, clicks }).render(area, buffer);
    }

    /// Clicks on the first cell of a text on the screen.
    pub(crate) fn click(&mut self, text: &str) {
        let rows = lines(&self.draw());
        let at = rows.iter().enumerate().find_map(|(y, row)| {
            let before = row.split_once(text)?.0;
            Some((before.chars().count() as u16, y as u16))
        });
        let at = at.unwrap_or_else(|| panic!("{text} is not on the screen:\n{}", rows.join("\n")));
        self.press_mouse(Pointer::Press, at);
    }

    /// Uses the mouse on the screen as it is drawn now.
    pub(crate) fn press_mouse(&mut self, pointer: Pointer, at: (u16, u16)) {
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let clicks = Clicks::default();
        self.draw_noting(&clicks, area, &mut Buffer::empty(area));
        self.send(Msg::Input(clicked(Input::Mouse(pointer, at), &clicks)));
    }

    /// The screen's text, row by row.
    pub(crate) fn text(&self) -> String {
        lines(&self.draw()).join("\n")
    }
}

pub(crate) fn row(key: PurgeKey, purge: &Purge) -> PurgeRow {
    PurgeRow {
        key,
        account: purge.account.clone(),
        provider: purge.provider.clone(),
        id: purge.id.clone(),
        cname: purge.cname.clone(),
        kind: purge.kind,
        status: purge.status,
        raw_status: purge.raw_status.clone(),
        created: purge.created,
        target_count: purge.targets.len() as u32,
        first_target: purge.targets.first().map(|target| target.text.clone()).unwrap_or_default(),
        by: purge.by.clone(),
        sent_here: false,
        verified: None,
    }
}
