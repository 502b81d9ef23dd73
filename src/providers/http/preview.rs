//! A request as people may see it: as it would go over the wire, and as a line for `curl`, without its secrets.

use super::base::BaseUrl;
use super::client::USER_AGENT;
use super::outgoing::Outgoing;
use crate::domain::plan::Preview;
use crate::domain::text::escape_control;

/// The request with what is shown in the place of its secrets.
pub(super) fn preview(base: &BaseUrl, outgoing: &Outgoing) -> Preview {
    let url = outgoing.full_url(base, false).to_string();
    let mut headers = vec![("User-Agent".to_owned(), USER_AGENT.to_owned())];
    headers.extend(outgoing.content_type.map(|kind| ("Content-Type".to_owned(), kind.to_owned())));
    headers.extend(
        outgoing.headers.iter().map(|(name, value)| ((*name).to_owned(), value.shown.clone())),
    );
    let body = outgoing.body.as_ref().map_or_else(String::new, |body| body.shown.clone());

    let mut curl = format!("curl -X {} {}", outgoing.method, quoted(&url));
    if let Some(kind) = outgoing.content_type {
        curl.push_str(" -H ");
        curl.push_str(&quoted(&format!("Content-Type: {kind}")));
    }
    for (name, value) in &outgoing.headers {
        curl.push_str(" -H ");
        curl.push_str(&word(&format!("{name}: {}", value.shown), value.has_variables));
    }
    if let Some(value) = &outgoing.body {
        curl.push_str(" --data-raw ");
        curl.push_str(&word(&body, value.has_variables));
    }

    Preview { method: outgoing.method.to_string(), url, headers, body, curl }
}

/// As one word of a shell's line. A NUL, which no shell can pass on, is made visible.
fn quoted(text: &str) -> String {
    shlex::try_quote(text).map_or_else(
        |_| format!("'{}'", escape_control(text, text.len()).replace('\'', "'\\''")),
        std::borrow::Cow::into_owned,
    )
}

/// As one word of a shell's line; in double quotes where the shell is to put its variables' values in.
fn word(text: &str, has_variables: bool) -> String {
    if !has_variables {
        return quoted(text);
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('`', "\\`");
    format!("\"{escaped}\"")
}
