//! A request as people may see it: as it would go over the wire, and as a line for `curl`, without
//! its secrets.

use super::base::BaseUrl;
use super::client::USER_AGENT;
use super::request::HttpRequest;
use crate::domain::plan::Preview;
use crate::domain::text::escape_control;

/// Returns the request with placeholders in the places of its secrets.
pub(super) fn preview(base: &BaseUrl, request: &HttpRequest) -> Preview {
    let url = request.full_url(base, false).to_string();
    let mut headers = vec![("User-Agent".to_owned(), USER_AGENT.to_owned())];
    headers.extend(request.content_type.map(|kind| ("Content-Type".to_owned(), kind.to_owned())));
    headers.extend(
        request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.shown.clone())),
    );
    let body = request.body.as_ref().map_or_else(String::new, |body| body.shown.clone());

    let mut curl = format!("curl -X {} {}", request.method, quoted(&url));
    if let Some(kind) = request.content_type {
        curl.push_str(" -H ");
        curl.push_str(&quoted(&format!("Content-Type: {kind}")));
    }
    for (name, value) in &request.headers {
        curl.push_str(" -H ");
        curl.push_str(&word(&format!("{name}: {}", value.shown), value.has_variables));
    }
    if let Some(value) = &request.body {
        curl.push_str(" --data-raw ");
        curl.push_str(&word(&body, value.has_variables));
    }

    Preview { method: request.method.to_string(), url, headers, body, curl }
}

/// Quotes one word of a shell's line. A NUL, which no shell can pass on, is made visible.
pub(crate) fn quoted(text: &str) -> String {
    shlex::try_quote(text).map_or_else(
        |_| format!("'{}'", escape_control(text, text.len()).replace('\'', "'\\''")),
        std::borrow::Cow::into_owned,
    )
}

/// Quotes one word of a shell's line; in double quotes where the shell is to fill in variables.
fn word(text: &str, has_variables: bool) -> String {
    if !has_variables {
        return quoted(text);
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('`', "\\`");
    format!("\"{escaped}\"")
}
