//! A draft in a few words, to find it again in a list.

use super::address;
use super::{Draft, Kind};

/// The words that tell a draft from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// The hosts that its entries name, each once, in the order of the text.
    pub hosts: Vec<String>,
    /// Its first entry as typed; empty where there is none.
    pub first: String,
    /// Number of entries.
    pub entries: usize,
    /// True if it is for everything on its hosts, or on the resource that was chosen.
    pub everything: bool,
}

impl Draft {
    /// Reads its text for the words that tell it from others.
    pub fn overview(&self) -> Overview {
        let entries = self.read().entries;
        let mut overview = Overview {
            first: entries.first().map_or_else(String::new, |entry| entry.text.to_string()),
            entries: entries.len(),
            everything: self.kind == Some(Kind::All),
            ..Overview::default()
        };
        for entry in &entries {
            if let Ok(address) = address::parse(&entry.text, |_| false)
                && let Some(host) = address.host
                && !overview.hosts.iter().any(|known| *known == *host)
            {
                overview.hosts.push(host.into_owned());
            }
        }
        overview
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_told_by_its_hosts_its_first_entry_and_their_number() {
        let text = "# note\nhttps://www.site.com/a\nhttps://img.site.com/b\nwww.site.com/c\n/d";
        let draft = Draft { text: text.to_owned(), ..Draft::default() };
        let overview = draft.overview();
        assert_eq!(overview.hosts, ["www.site.com", "img.site.com"]);
        assert_eq!((overview.first.as_str(), overview.entries), ("https://www.site.com/a", 4));
        assert!(!overview.everything && Draft::default().overview() == Overview::default());
    }
}
