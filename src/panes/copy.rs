//! Copies from panes to the terminal's clipboard, and says so. If the terminal takes it, nobody
//! tells: a terminal need not answer.

use std::fmt::Write as _;

use super::{Update, format};
use crate::domain::event::Level;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::target::{after_scheme, full_url};
use crate::domain::text::{escape_control, escape_json};
use crate::effect::{Effect, TerminalEffect};

/// A request's cname and targets, as [`Update::copy_targets`] takes them.
pub(super) fn of_request(request: &PurgeRequest) -> (&str, Vec<&str>) {
    let targets = request.payload.targets().iter().map(String::as_str);
    (&request.cname, targets.collect())
}

impl Update {
    /// Copies the targets of purges as full URLs, one a line, and says so. Each purge is given by
    /// its cname and its targets; one of a whole resource has none.
    pub fn copy_targets<'t>(purges: impl IntoIterator<Item = (&'t str, Vec<&'t str>)>) -> Self {
        let (mut urls, mut whole, mut without_host) = (Vec::new(), 0, 0);
        for (cname, targets) in purges {
            whole += u64::from(targets.is_empty());
            for target in targets {
                without_host += u64::from(cname.is_empty() && after_scheme(target).is_none());
                urls.push(full_url(target, cname));
            }
        }
        if urls.is_empty() {
            let words = "A purge of a whole resource has no targets to copy.";
            return Self::say(Level::Info, words);
        }
        let count = format::count_noun(urls.len() as u64, "target", "targets");
        let mut words = format!("Sent {count} to the terminal's clipboard");
        if without_host > 0 {
            let _ = write!(words, ", {} without its host", format::count(without_host));
        }
        if whole > 0 {
            let purges = format::count_noun(whole, "purge", "purges");
            let _ = write!(words, "; left out: {purges} of a whole resource");
        }
        words.push('.');
        let level = if without_host + whole > 0 { Level::Warning } else { Level::Info };
        Self::copy(urls.join("\n")).and(Self::say(level, words))
    }

    /// Copies a sentence, and says so.
    pub fn copy_words(words: &str) -> Self {
        Self::copy(escape_control(words, usize::MAX))
            .and(Self::say(Level::Info, "Sent to the terminal's clipboard."))
    }

    fn copy(text: String) -> Self {
        Self::effect(Effect::Terminal(TerminalEffect::Copy(text)))
    }

    /// Copies requests as command lines, and says so; `emptying` of them remove everything.
    pub fn copy_commands(previews: &[Preview], emptying: usize) -> Self {
        let lines: Vec<&str> = previews.iter().map(|preview| preview.curl.as_str()).collect();
        let (level, words) = format::copied_commands(&lines, emptying);
        // Bodies are JSON, or have such characters percent-encoded.
        let text = escape_json(&lines.join("\n")).into_owned();
        Self::copy(text).and(Self::say(level, words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text that was copied, and the notice.
    fn copied(purges: &[(&str, &[&str])]) -> (Option<String>, String) {
        let purges = purges.iter().map(|(cname, targets)| (*cname, targets.to_vec()));
        let update = Update::copy_targets(purges);
        let text = update.effects.iter().find_map(|effect| {
            if let Effect::Terminal(TerminalEffect::Copy(text)) = effect {
                Some(text.clone())
            } else {
                None
            }
        });
        (text, format!("{:?}", update.requests))
    }

    #[test]
    fn rows_of_several_sites_keep_their_hosts() {
        let (text, said) =
            copied(&[("a.com", &["/2026/11/*", "http://b.a.com/x"]), ("b.com", &["/2026/11/*"])]);
        assert_eq!(
            text.as_deref(),
            Some("https://a.com/2026/11/*\nhttp://b.a.com/x\nhttps://b.com/2026/11/*")
        );
        assert!(said.contains("Sent 3 targets to the terminal's clipboard."), "{said}");
    }

    #[test]
    fn what_has_no_target_or_no_host_is_told() {
        let (text, said) = copied(&[("a.com", &[]), ("", &["/x"]), ("b.com", &["/y"])]);
        assert_eq!(text.as_deref(), Some("/x\nhttps://b.com/y"));
        assert!(
            said.contains(
                "Sent 2 targets to the terminal's clipboard, 1 without its host; left out: \
                 1 purge of a whole resource."
            ),
            "{said}"
        );
        assert_eq!(copied(&[("a.com", &[])]).0, None);
    }
}
