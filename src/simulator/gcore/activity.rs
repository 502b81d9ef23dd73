//! `GET /cdn/activity_log/requests`: who asked for what, by API and panel, refused requests too.

use std::collections::VecDeque;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::account::user_id;
use super::page::{Page, Rules};
use super::state::{Account, Resource, Token};
use super::{errors, filters};
use crate::simulator::random;
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;
use crate::simulator::scenario::GcoreScenario;
use crate::simulator::world::Kind;
use crate::simulator::world::ledger::{Ledger, MEMORY, Purge};
use crate::simulator::world::people::PEOPLE;
use crate::simulator::world::site::Site;

/// How many requests beside the accepted purges are remembered.
const KEPT: usize = 10_000;
/// Larger bodies are logged without their content.
const LARGEST: usize = 64 << 10;
/// How many are told without a limit, and the most with one. Neither is documented.
const BARE: usize = 100;
const MOST: usize = 1000;

/// Requests that are not accepted purges, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log(VecDeque<Logged>);

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Logged {
    number: u64,
    at: DateTime<Utc>,
    author: usize,
    /// `None` for the panel.
    token: Option<u64>,
    path: String,
    method: String,
    query: String,
    data: Value,
    status: u16,
    from: String,
    host: String,
}

impl Logged {
    /// A request that was just answered.
    pub(super) fn of(request: &Request, token: &Token, status: u16, now: DateTime<Utc>) -> Self {
        let data = Some(&request.body)
            .filter(|body| body.len() <= LARGEST)
            .and_then(|body| serde_json::from_slice::<Map<String, Value>>(body).ok())
            .unwrap_or_default();
        let query: Map<String, Value> =
            request.pairs().into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        Self {
            number: 0,
            at: now,
            author: token.author,
            token: Some(token.id),
            path: without_prefix(&request.path).to_owned(),
            method: request.method.clone(),
            query: Value::Object(query).to_string(),
            data: Value::Object(data),
            status,
            from: request.peer.clone(),
            host: request.host().to_owned(),
        }
    }
}

impl Log {
    /// The refused purges of the drawn past: mostly somebody who was too fast.
    pub(super) fn drawn(
        mut rng: Rng,
        ledger: &Ledger,
        sites: &[Site],
        resources: &[Resource],
        now: DateTime<Utc>,
    ) -> Self {
        let mut log: Vec<Logged> = ledger
            .remembered(now)
            .iter()
            .filter(|_| random::chance(&mut rng, 2.0))
            .filter_map(|purge| {
                let site = sites.get(purge.site)?;
                let after = 2_000_000 + (purge.serial % 20) as i64 * 1_000_000;
                let at = purge.created() + TimeDelta::microseconds(after);
                let too_fast = !purge.serial.is_multiple_of(4);
                let data =
                    if too_fast { body(purge, site) } else { json!({"paths": ["images/*"]}) };
                (at < now).then(|| Logged {
                    number: 0,
                    at,
                    author: purge.author,
                    token: purge.by_api.then_some(900 + purge.author as u64),
                    path: purge_path(resources.get(purge.site).map_or(0, |resource| resource.id)),
                    method: "POST".to_owned(),
                    query: "{}".to_owned(),
                    data,
                    status: if too_fast { 429 } else { 400 },
                    from: address(purge.author),
                    host: "api.gcore.com".to_owned(),
                })
            })
            .collect();
        log.sort_by_key(|logged| logged.at);
        let mut kept = VecDeque::with_capacity(log.len());
        for (number, logged) in (1..).zip(log) {
            kept.push_back(Logged { number, ..logged });
        }
        Self(kept)
    }

    /// Notes a request. HEAD and OPTIONS are not tracked.
    pub(super) fn note(&mut self, logged: Logged, number: u64) {
        if logged.method == "HEAD" || logged.method == "OPTIONS" {
            return;
        }
        // Behind all of the drawn ones.
        self.0.push_back(Logged { number: 1_000_000 + number, ..logged });
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }
}

/// An entry of either origin.
enum Item<'a> {
    Purge(&'a Purge),
    Other(&'a Logged),
}

/// The list that a request asks for; always an envelope.
pub(super) fn list(
    account: &Account,
    request: &Request,
    scenario: &GcoreScenario,
    now: DateTime<Utc>,
) -> Reply {
    let listed = || -> Result<Reply, Reply> {
        let page = Page::of(
            request,
            Rules { most: MOST, bare: Some(BARE), strict: scenario.strict_paging },
        )?;
        let page = Page { enveloped: true, ..page };
        let from = filters::instant(request, "min_requested_at", false)?;
        let to = filters::instant(request, "max_requested_at", true)?;
        let mut entries: Vec<Item<'_>> = items(account, now)
            .filter(|item| {
                from.is_none_or(|from| item.at() >= from) && to.is_none_or(|to| item.at() <= to)
            })
            .filter(|item| item.matches(account, request))
            .collect();
        entries.sort_by_key(|item| std::cmp::Reverse((item.at(), item.id())));
        let count = entries.len();
        let rows: Vec<Value> =
            page.cut(entries.iter()).into_iter().map(|item| item.shown(account)).collect();
        let reply = page.reply(request, count, &rows, scenario.next_host.as_deref());
        Ok(without_null_links(reply))
    };
    listed().unwrap_or_else(|refused| refused)
}

/// One entry.
pub(super) fn get(account: &Account, id: &str, now: DateTime<Utc>) -> Reply {
    let wanted = id.parse::<u64>().ok();
    match items(account, now).find(|item| Some(item.id()) == wanted) {
        Some(item) => Reply::json(200, &item.shown(account)),
        None => errors::not_found("Activity logs record is not found."),
    }
}

fn items(account: &Account, now: DateTime<Utc>) -> impl Iterator<Item = Item<'_>> {
    let purges = account.ledger.remembered(now).iter().map(Item::Purge);
    purges.chain(
        account.logged.0.iter().filter(move |logged| logged.at >= now - MEMORY).map(Item::Other),
    )
}

/// This list's document allows no null for its links: they are left out where there is no further page.
fn without_null_links(reply: Reply) -> Reply {
    let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(&reply.body) else {
        return reply;
    };
    body.retain(|_, value| !value.is_null());
    Reply::json(200, &Value::Object(body))
}

impl Item<'_> {
    fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Purge(purge) => purge.created(),
            Self::Other(logged) => logged.at,
        }
    }

    /// Even for purges, odd for others, so that the two never meet.
    fn id(&self) -> u64 {
        match self {
            Self::Purge(purge) => 50_000_000 + purge.serial * 2,
            Self::Other(logged) => 50_000_001 + logged.number * 2,
        }
    }

    fn author(&self) -> usize {
        match self {
            Self::Purge(purge) => purge.author,
            Self::Other(logged) => logged.author,
        }
    }

    fn token(&self, account: &Account) -> Option<u64> {
        match self {
            Self::Purge(purge) => purge.by_api.then(|| {
                let own = account
                    .tokens
                    .iter()
                    .find(|token| token.author == purge.author && !purge.is_drawn());
                own.map_or(900 + purge.author as u64, |token| token.id)
            }),
            Self::Other(logged) => logged.token,
        }
    }

    fn path(&self, account: &Account) -> String {
        match self {
            Self::Purge(purge) => {
                purge_path(account.resources.get(purge.site).map_or(0, |resource| resource.id))
            }
            Self::Other(logged) => logged.path.clone(),
        }
    }

    fn method(&self) -> &str {
        match self {
            Self::Purge(_) => "POST",
            Self::Other(logged) => &logged.method,
        }
    }

    fn status(&self) -> u16 {
        match self {
            Self::Purge(_) => 201,
            Self::Other(logged) => logged.status,
        }
    }

    fn address(&self) -> String {
        match self {
            Self::Purge(purge) if purge.by_api && !purge.is_drawn() => "127.0.0.1".to_owned(),
            Self::Purge(purge) => address(purge.author),
            Self::Other(logged) => logged.from.clone(),
        }
    }

    fn matches(&self, account: &Account, request: &Request) -> bool {
        let same = |name: &str, has: &dyn Fn() -> String| {
            request.param(name).is_none_or(|wanted| wanted.is_empty() || wanted == has())
        };
        same("method", &|| self.method().to_owned())
            && same("path", &|| self.path(account))
            && same("user_id", &|| user_id(account.client_id, self.author()).to_string())
            && same("token_id", &|| {
                self.token(account).map(|id| id.to_string()).unwrap_or_default()
            })
            && same("client_id", &|| account.client_id.to_string())
            && same("remote_ip_address", &|| self.address())
            && request
                .param("status_code")
                .is_none_or(|digits| self.status().to_string().starts_with(&digits))
    }

    fn shown(&self, account: &Account) -> Value {
        let (query, data, host) = match self {
            Self::Purge(purge) => {
                let data =
                    account.sites.get(purge.site).map(|site| body(purge, site)).unwrap_or_default();
                ("{}".to_owned(), data, "api.gcore.com".to_owned())
            }
            Self::Other(logged) => (logged.query.clone(), logged.data.clone(), logged.host.clone()),
        };
        let mut shown = json!({
            "id": self.id(),
            "user_id": user_id(account.client_id, self.author()),
            "client_id": account.client_id,
            "requested_at": self.at().to_rfc3339_opts(SecondsFormat::Micros, true),
            "path": self.path(account),
            "remote_ip_address": self.address(),
            "host": host,
            "method": self.method(),
            "query_params": query,
            "data": data,
            "status_code": self.status(),
            "actions": [],
        });
        // The panel uses no token, and the document allows no null here.
        if let (Some(token), Some(shown)) = (self.token(account), shown.as_object_mut()) {
            shown.insert("token_id".to_owned(), json!(token));
        }
        shown
    }
}

fn body(purge: &Purge, site: &Site) -> Value {
    let targets = purge.targets(site);
    match purge.kind {
        Kind::Url => json!({"urls": targets}),
        Kind::Pattern | Kind::All => json!({"paths": targets}),
    }
}

/// The documented example has the path without the product's prefix.
fn without_prefix(path: &str) -> &str {
    path.strip_prefix("/cdn").filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

fn purge_path(resource: u64) -> String {
    format!("/resources/{resource}/purge")
}

/// People sit in one office, scripts in another; both are addresses that are reserved for documents.
fn address(author: usize) -> String {
    let script = PEOPLE.get(author).is_some_and(|person| person.script);
    if script {
        format!("198.51.100.{}", 20 + author)
    } else {
        format!("203.0.113.{}", 40 + author)
    }
}
