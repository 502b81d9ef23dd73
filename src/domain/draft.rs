//! The operator's draft: its text, and the choices that go with it.

pub mod address;
mod curl;
pub mod read;
mod split;
mod tokens;

use serde::{Deserialize, Serialize};

use super::ids::{AccountName, ResourceId};
use super::kind::Kind;

/// The draft so far. Survives a crash, so it can be written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The targets as typed or pasted: full URLs, paths, curl lines; one or more to a line.
    pub text: String,
    /// The kind that was chosen; `None`: each line tells by its form. Everything is only ever meant
    /// by choice.
    pub kind: Option<Kind>,
    /// The resource for targets without a host, and for a purge of everything.
    pub resource: Option<(AccountName, ResourceId)>,
    /// The mode that was chosen, where a vendor offers a choice.
    pub mode: Option<String>,
    /// The area that was chosen, where a vendor splits by area.
    pub area: Option<String>,
    /// Why.
    pub reason: String,
    /// The operator's ticket.
    pub ticket: String,
}

impl Draft {
    /// Returns true if throwing it away would lose nothing that would be purged.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.kind != Some(Kind::All)
    }

    /// This draft with the targets of another below its own; `None` where the two do not go
    /// together, because they were given different kinds, resources or modes: what was meant as a
    /// file must never become a directory.
    pub fn with(&self, more: &Self) -> Option<Self> {
        let fits = self.kind == more.kind
            && self.kind != Some(Kind::All)
            && self.resource == more.resource
            && self.mode == more.mode
            && self.area == more.area;
        let text = format!("{}\n{}", self.text.trim_end(), more.text);
        fits.then(|| Self { text, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str, kind: Option<Kind>) -> Draft {
        Draft { text: text.to_owned(), kind, reason: "stale hero".to_owned(), ..Draft::default() }
    }

    #[test]
    fn drafts_of_one_sort_go_together_and_others_never_change_what_was_meant() {
        let kept = draft("https://www.site.com/a/\n", Some(Kind::Url));
        let more = draft("https://www.site.com/b/", Some(Kind::Url));
        assert_eq!(
            kept.with(&more).map(|both| both.text),
            Some("https://www.site.com/a/\nhttps://www.site.com/b/".to_owned())
        );
        let by_form = draft("https://www.site.com/b/", None);
        assert_eq!(kept.with(&by_form), None, "a URL would become a directory");
        let all = draft("", Some(Kind::All));
        assert!(!all.is_empty() && all.with(&all).is_none());
        assert!(draft(" \n", None).is_empty());
    }
}
