//! Requests of API 2.0: a signed query for a question, a signed form for a purge.

use url::form_urlencoded;

use super::super::PurgeTargets;
use super::{HashMethod, Tencent2, signature};
use crate::domain::secret::Secret;
use crate::providers::http::HttpRequest;
use crate::providers::signing_key::SigningKey;

const FORM: &str = "application/x-www-form-urlencoded";

/// A request's parameters: names with their raw values.
type Params = Vec<(String, String)>;

/// A request before it is signed.
#[derive(Debug)]
pub(in crate::providers::tencent) struct FormCall {
    verb: Verb,
    action: &'static str,
    params: Params,
}

/// The HTTP method, and with it the place of the parameters.
#[derive(Clone, Copy, Debug)]
enum Verb {
    Get,
    Post,
}

impl FormCall {
    /// Returns a question.
    pub(super) fn question(action: &'static str, params: Params) -> Self {
        Self { verb: Verb::Get, action, params }
    }
}

impl Tencent2 {
    /// Builds the request; without keys, with placeholders for what signing adds.
    pub(super) fn request(&self, call: &FormCall, keys: Option<&SigningKey>) -> HttpRequest {
        let signed = keys.map(|keys| self.signed(call, keys));
        let request = match call.verb {
            Verb::Get => signed.unwrap_or_default().into_iter().fold(
                HttpRequest::get([]),
                |request, (name, value)| match name.as_str() {
                    "Signature" | "Token" | "SecretId" => {
                        request.secret_query(&name, "…", Some(Secret::new(value)))
                    }
                    _ => request.query(&name, value),
                },
            ),
            Verb::Post => {
                let body = signed.map(|params| Secret::new(encoded(&params)));
                HttpRequest::post([]).secret_body(FORM, self.shown(call), body)
            }
        };
        keys.into_iter().fold(request, |request, keys| request.hiding(keys.key.clone()))
    }

    /// Returns all parameters of a request, its signature last.
    fn signed(&self, call: &FormCall, keys: &SigningKey) -> Params {
        let mut params = common(call.action, self.hash);
        params
            .push(("Timestamp".to_owned(), self.connection.session.now().timestamp().to_string()));
        params.push(("Nonce".to_owned(), fastrand::u32(1..i32::MAX as u32).to_string()));
        params.push(("SecretId".to_owned(), keys.id.clone()));
        if let Some(token) = &keys.token {
            params.push(("Token".to_owned(), token.expose().to_owned()));
        }
        params.extend(call.params.iter().cloned());
        let verb = match call.verb {
            Verb::Get => "GET",
            Verb::Post => "POST",
        };
        let http = &self.connection.session.http;
        let signature =
            signature::sign(self.hash, &keys.key, verb, &http.host(), http.path(), &params);
        params.push(("Signature".to_owned(), signature));
        params
    }

    /// Returns a form with a shell's variables in the places of what signing adds.
    fn shown(&self, call: &FormCall) -> String {
        let mut params = common(call.action, self.hash);
        params.extend(call.params.iter().cloned());
        let mut shown = encoded(&params);
        shown.push_str("&Timestamp=$TIMESTAMP&Nonce=$NONCE&SecretId=$TENCENTCLOUD_SECRET_ID");
        if self.connection.keys.is_temporary() {
            shown.push_str("&Token=$TENCENTCLOUD_TOKEN");
        }
        shown.push_str("&Signature=$SIGNATURE");
        shown
    }
}

/// Returns the parameters that every request has and anybody may see.
fn common(action: &str, hash: HashMethod) -> Params {
    vec![
        ("Action".to_owned(), action.to_owned()),
        ("SignatureMethod".to_owned(), hash.name().to_owned()),
    ]
}

fn encoded(params: &Params) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

/// Returns the request for a purge. Directories: 1 is what changed at the origin, 2 is everything.
pub(super) fn purge(targets: &PurgeTargets) -> FormCall {
    let listed = |name: &str, values: &[String]| -> Params {
        values
            .iter()
            .enumerate()
            .map(|(index, value)| (format!("{name}.{index}"), value.clone()))
            .collect()
    };
    let (action, params) = match targets {
        PurgeTargets::Urls(urls) => ("RefreshCdnUrl", listed("urls", urls)),
        PurgeTargets::Directories { paths, delete } => {
            let mut params = listed("dirs", paths);
            let kind = if *delete { "2" } else { "1" };
            params.push(("type".to_owned(), kind.to_owned()));
            ("RefreshCdnDir", params)
        }
    };
    FormCall { verb: Verb::Post, action, params }
}
