//! Lists with `limit` and `offset`: bare without a limit, in an envelope with one.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::errors;
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) offset: usize,
    /// How many at most; `None` for all.
    pub(super) limit: Option<usize>,
    /// Whether the answer is an envelope.
    pub(super) enveloped: bool,
}

/// What a list's paging is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// The largest page.
    pub(super) most: usize,
    /// How many a bare list holds; `None` for all.
    pub(super) bare: Option<usize>,
    /// Whether what is out of range is refused.
    pub(super) strict: bool,
}

impl Page {
    /// Reads `limit` and `offset`. What is unusable counts as absent and what is too large is clamped, unless `strict`.
    pub(super) fn of(request: &Request, rules: Rules) -> Result<Self, Reply> {
        let limit = number(request, "limit", 1, rules.strict)?;
        let offset = number(request, "offset", 0, rules.strict)?.unwrap_or(0);
        if rules.strict && limit.is_some_and(|limit| limit > rules.most) {
            let text = format!("Ensure this value is less than or equal to {}.", rules.most);
            return Err(errors::field("limit", &json!([text])));
        }
        Ok(Self {
            offset,
            limit: limit.map(|limit| limit.min(rules.most)).or(rules.bare),
            enveloped: limit.is_some(),
        })
    }

    /// The part of `items` that is asked for.
    pub(super) fn cut<T>(self, items: impl Iterator<Item = T>) -> Vec<T> {
        items.skip(self.offset).take(self.limit.unwrap_or(usize::MAX)).collect()
    }

    /// The answer: `results`, which were cut from a list of `count`.
    pub(super) fn reply(
        self,
        request: &Request,
        count: usize,
        results: &[Value],
        host: Option<&str>,
    ) -> Reply {
        if !self.enveloped {
            return Reply::json(200, &Value::from(results));
        }
        let limit = self.limit.unwrap_or(count).max(1);
        let after = self.offset.saturating_add(limit);
        let next = (after < count).then(|| link(request, host, after, limit));
        let previous = (self.offset > 0)
            .then(|| link(request, host, self.offset.saturating_sub(limit), limit));
        Reply::json(
            200,
            &json!({"count": count, "next": next, "previous": previous, "results": results}),
        )
    }
}

fn number(
    request: &Request,
    name: &str,
    least: usize,
    strict: bool,
) -> Result<Option<usize>, Reply> {
    let Some(text) = request.param(name) else {
        return Ok(None);
    };
    match text.trim().parse::<usize>() {
        Ok(number) if number >= least => Ok(Some(number)),
        Ok(_) if strict => Err(errors::field(
            name,
            &json!([format!("Ensure this value is greater than or equal to {least}.")]),
        )),
        Err(_) if strict => Err(errors::field(name, &json!(["A valid integer is required."]))),
        Ok(_) | Err(_) => Ok(None),
    }
}

/// The absolute address of another page of the same list: every other parameter stays.
fn link(request: &Request, host: Option<&str>, offset: usize, limit: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.pairs() {
        if name != "limit" && name != "offset" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("limit", &limit.to_string());
    if offset > 0 {
        query.append_pair("offset", &offset.to_string());
    }
    format!("http://{}{}?{}", host.unwrap_or_else(|| request.host()), request.path, query.finish())
}
