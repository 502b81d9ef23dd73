//! Requests of API 2.0: a signed query for a question, a signed form for a purge.

use chrono::{DateTime, Utc};
use url::form_urlencoded;

use super::super::Wanted;
use super::super::keys::Keys;
use super::{Method, Tencent2, signature};
use crate::config::secret::Secret;
use crate::providers::http::Outgoing;

const FORM: &str = "application/x-www-form-urlencoded";

/// A request's parameters: names with their raw values.
pub(super) type Params = Vec<(String, String)>;

impl Tencent2 {
    /// All parameters of a request, its signature last.
    fn signed(
        &self,
        verb: &str,
        action: &str,
        params: &Params,
        keys: &Keys,
        at: DateTime<Utc>,
    ) -> Params {
        let mut all = common(action, self.method);
        all.push(("Timestamp".to_owned(), at.timestamp().to_string()));
        all.push(("Nonce".to_owned(), fastrand::u32(1..i32::MAX as u32).to_string()));
        all.push(("SecretId".to_owned(), keys.id.clone()));
        if let Some(token) = &keys.token {
            all.push(("Token".to_owned(), token.expose().to_owned()));
        }
        all.extend(params.iter().cloned());
        let signature = signature::sign(
            self.method,
            &keys.key,
            verb,
            &self.http.host(),
            self.http.path(),
            &all,
        );
        all.push(("Signature".to_owned(), signature));
        all
    }

    /// A question.
    pub(super) fn get(
        &self,
        action: &str,
        params: &Params,
        keys: &Keys,
        at: DateTime<Utc>,
    ) -> Outgoing {
        self.signed("GET", action, params, keys, at).into_iter().fold(
            Outgoing::get([]).hiding(keys.key.clone()),
            |outgoing, (name, value)| match name.as_str() {
                "Signature" | "Token" => {
                    outgoing.secret_query(&name, "…", Some(Secret::new(value)))
                }
                _ => outgoing.query(&name, value),
            },
        )
    }

    /// The request for a purge; signed where keys are given, with placeholders otherwise.
    pub(super) fn post(
        &self,
        action: &str,
        params: &Params,
        signed: Option<(&Keys, DateTime<Utc>)>,
    ) -> Outgoing {
        let mut open = common(action, self.method);
        open.extend(params.iter().cloned());
        let mut shown = encoded(&open);
        shown.push_str("&Timestamp=$TIMESTAMP&Nonce=$NONCE&SecretId=$TENCENTCLOUD_SECRET_ID");
        if self.keys.are_temporary() {
            shown.push_str("&Token=$TENCENTCLOUD_TOKEN");
        }
        shown.push_str("&Signature=$SIGNATURE");
        let body = signed.as_ref().map(|(keys, at)| {
            Secret::new(encoded(&self.signed("POST", action, params, keys, *at)))
        });
        let outgoing = Outgoing::post([]).secret_body(FORM, shown, body);
        match signed {
            Some((keys, _)) => outgoing.hiding(keys.key.clone()),
            None => outgoing,
        }
    }
}

/// The parameters that every request has and anybody may see.
fn common(action: &str, method: Method) -> Params {
    vec![
        ("Action".to_owned(), action.to_owned()),
        ("SignatureMethod".to_owned(), method.word().to_owned()),
    ]
}

fn encoded(params: &Params) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

/// The action and the parameters for a purge. Directories: 1 is what changed at the origin, 2 is everything.
pub(super) fn wanted(wanted: &Wanted) -> (&'static str, Params) {
    let listed = |name: &str, values: &[String]| -> Params {
        values
            .iter()
            .enumerate()
            .map(|(place, value)| (format!("{name}.{place}"), value.clone()))
            .collect()
    };
    match wanted {
        Wanted::Urls(urls) => ("RefreshCdnUrl", listed("urls", urls)),
        Wanted::Directories { paths, delete } => {
            let mut params = listed("dirs", paths);
            let kind = if *delete { "2" } else { "1" };
            params.push(("type".to_owned(), kind.to_owned()));
            ("RefreshCdnDir", params)
        }
    }
}
