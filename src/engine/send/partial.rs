//! A request that the vendor took in part: the words for what it refused, and the sighting of the
//! purge that stands in the history until the vendor's own list shows it.

use chrono::{DateTime, Utc};

use crate::domain::ids::{ProviderName, PurgeId};
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::domain::target::normal;
use crate::domain::text::escape_control;
use crate::engine::account_client::AccountClient;
use crate::providers::{Receipt, RefusedTarget};

/// Largest number of reasons, and of targets of each, that the words name.
const NAMED: usize = 3;

/// The words of a vendor for the time of a purge of which it told none: they mark a time that gives
/// way to that of the vendor's list.
const UNTOLD: &str = "";

/// Says what was refused of a request, and why: `2 of 5 targets were refused: not yours (/a, /b)`.
/// `None` where nothing was.
pub(super) fn words(refused: &[RefusedTarget], request: &PurgeRequest) -> Option<String> {
    if refused.is_empty() {
        return None;
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for RefusedTarget { target, reason } in refused {
        let reason = reason.trim().trim_end_matches('.');
        match reasons.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, targets)) => targets.push(target),
            None => reasons.push((reason, vec![target])),
        }
    }
    let more = reasons.len().saturating_sub(NAMED);
    let mut why: Vec<String> = reasons.iter().take(NAMED).map(reason_words).collect();
    if more > 0 {
        why.push(format!("{more} other reasons"));
    }
    let (few, all) = (refused.len(), request.payload.targets().len());
    let amount = match (few, all) {
        (_, 0) => "a part was refused".to_owned(),
        (1, all) => format!("1 of {all} targets was refused"),
        (few, all) => format!("{few} of {all} targets were refused"),
    };
    Some(format!("{amount}: {}", why.join("; ")))
}

fn reason_words((reason, targets): &(&str, Vec<&str>)) -> String {
    let reason = match *reason {
        "" => "the vendor gives no reason".to_owned(),
        reason => escape_control(reason, 200),
    };
    let more = targets.len().saturating_sub(NAMED);
    let named = targets.iter().take(NAMED).map(|target| escape_control(target, 120));
    let named = named.collect::<Vec<_>>().join(", ");
    if more > 0 {
        format!("{reason} ({named} and {more} more)")
    } else {
        format!("{reason} ({named})")
    }
}

/// Returns the purge of a request of which the vendor refused a part and gave an id to the rest, as
/// far as its answer tells of it.
pub(super) fn seen(
    client: &AccountClient,
    limits: &Limits,
    request: &PurgeRequest,
    receipt: &Receipt,
) -> Option<Purge> {
    let id = receipt.id.clone().filter(|_| !receipt.refused.is_empty())?;
    let at = receipt.at.unwrap_or_else(|| client.vendor_now());
    let vendor = (client.provider.provider(), limits);
    Some(sighting(request, vendor, id, &receipt.refused, at))
}

/// Makes the sighting of a purge of which the vendor refused a part: refused targets failed, the
/// others are under way. Where the vendor's words name a target that was not sent, nothing is said
/// of single ones. Its time gives way to that of the vendor's list.
fn sighting(
    request: &PurgeRequest,
    (provider, limits): (&ProviderName, &Limits),
    id: PurgeId,
    refused: &[RefusedTarget],
    at: DateTime<Utc>,
) -> Purge {
    let sent = request.payload.targets();
    let is_refused = |text: &str| {
        refused.iter().any(|it| it.target == text || normal(&it.target) == normal(text))
    };
    let was_sent = |it: &RefusedTarget| {
        sent.iter().any(|text| *text == it.target || normal(text) == normal(&it.target))
    };
    let are_told = refused.iter().all(was_sent);
    let status = |text: &str| if is_refused(text) { Status::Failed } else { Status::InProgress };
    let targets: Vec<Target> = sent
        .iter()
        .map(|text| Target { text: text.clone(), status: are_told.then(|| status(text)) })
        .collect();
    let is_all = !targets.is_empty() && targets.iter().all(|it| it.status == Some(Status::Failed));
    Purge {
        account: request.account.clone(),
        provider: provider.clone(),
        id,
        resource: request.resource.clone(),
        cname: request.cname.clone(),
        kind: Some(limits.sent_kind(request.kind())),
        raw_kind: String::new(),
        status: if is_all { Status::Failed } else { Status::InProgress },
        raw_status: String::new(),
        created: at,
        raw_created: Some(UNTOLD.to_owned()),
        completed: None,
        targets,
        by: None,
    }
}

/// Says how many targets of a purge failed, where some did and others did not.
pub(super) fn failed_words(purge: &Purge) -> Option<String> {
    let all = purge.targets.len();
    let failed = purge.targets.iter().filter(|it| it.status == Some(Status::Failed)).count();
    (0 < failed && failed < all).then(|| format!("{failed} of {all} targets failed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payload::{Payload, Targets};
    use crate::testing::{noon, path_limits};

    fn refused(target: &str, reason: &str) -> RefusedTarget {
        RefusedTarget { target: target.to_owned(), reason: reason.to_owned() }
    }

    fn request() -> PurgeRequest {
        let targets = ["/a", "/b", "/c"].map(str::to_owned).to_vec();
        let payload = Targets::new(targets).map_or(Payload::All, Payload::Url);
        PurgeRequest::new("a", "1", "www.site.com", payload)
    }

    #[test]
    fn the_words_count_what_was_refused_and_name_each_reason_once() {
        let of = |refused: &[RefusedTarget]| words(refused, &request());
        assert_eq!(of(&[]), None);
        assert_eq!(
            of(&[refused("/a", "not yours."), refused("/b", "not yours")]).as_deref(),
            Some("2 of 3 targets were refused: not yours (/a, /b)")
        );
        assert_eq!(
            of(&[refused("/a", "")]).as_deref(),
            Some("1 of 3 targets was refused: the vendor gives no reason (/a)")
        );
        let many: Vec<_> =
            (0..9).map(|number| refused("/a\u{1b}[1m", &number.to_string())).collect();
        let words = of(&many).unwrap_or_default();
        assert!(words.ends_with("2 (/a␛[1m); 6 other reasons"), "{words}");
    }

    #[test]
    fn a_refused_target_that_was_not_sent_leaves_the_status_of_single_ones_open() {
        let seen = |refused: &[RefusedTarget]| {
            let at = (&"some".into(), &path_limits());
            sighting(&request(), at, "7".into(), refused, noon())
        };
        let told = seen(&[refused("/b", "no")]);
        let statuses: Vec<_> = told.targets.iter().map(|it| it.status).collect();
        let (failed, open) = (Some(Status::Failed), Some(Status::InProgress));
        assert_eq!(statuses, [open, failed, open]);
        assert_eq!(told.status, Status::InProgress);
        assert_eq!(failed_words(&told).as_deref(), Some("1 of 3 targets failed"));
        let odd = seen(&[refused("zone", "no")]);
        assert!(odd.targets.iter().all(|it| it.status.is_none()));
        let all = ["/a", "/b", "/c"].map(|target| refused(target, "no"));
        assert_eq!(seen(&all).status, Status::Failed);
    }
}
