//! Fields whose values are a few words: every word that people use for them.

use crate::domain::kind::Kind;
use crate::domain::nearest::nearest;
use crate::domain::status::Status;

/// One of a few values that a field can have.
pub(super) trait Choice: Copy + PartialEq + Sized + 'static {
    /// The noun for a value in an error: "no status is called …".
    const NOUN: &'static str;
    /// All of them, in the order in which they are offered.
    const ALL: &'static [Self];

    /// The word for it in the text of a filter.
    fn word(self) -> &'static str;

    /// Its meaning in a few words.
    fn about(self) -> &'static str;

    /// The values that a word stands for, if it is one; blanks and dashes have become underscores.
    /// A few words stand for several.
    fn read(plain: &str) -> Option<&'static [Self]>;

    /// The values that a word stands for, however it is written.
    fn named(word: &str) -> Option<&'static [Self]> {
        Self::read(&plain(word))
    }

    /// The word that somebody may have meant.
    fn nearest(word: &str) -> Option<&'static str> {
        nearest(&plain(word), Self::ALL.iter().map(|choice| choice.word()))
    }
}

fn plain(word: &str) -> String {
    word.to_ascii_lowercase().replace([' ', '-'], "_")
}

impl Choice for Status {
    const NOUN: &'static str = "status";
    const ALL: &'static [Self] = &Self::EVERY;

    fn word(self) -> &'static str {
        Self::word(self)
    }

    fn about(self) -> &'static str {
        self.label()
    }

    fn read(plain: &str) -> Option<&'static [Self]> {
        Some(match plain {
            "in_progress" | "inprogress" | "progress" | "process" | "processing" | "running"
            | "pending" | "waiting" | "queued" => &[Self::InProgress],
            "successful" | "success" | "succeeded" | "ok" | "done" | "completed" => {
                &[Self::Successful]
            }
            "failed" | "fail" | "failure" | "error" => &[Self::Failed],
            "report_disabled"
            | "no_report"
            | "noreport"
            | "disabled"
            | "status_report_disabled" => &[Self::ReportDisabled],
            "unknown" | "other" => &[Self::Unknown],
            "unfinished" | "open" => &[Self::InProgress, Self::Unknown],
            _ => return None,
        })
    }
}

/// `None` is a kind that we do not know.
impl Choice for Option<Kind> {
    const NOUN: &'static str = "kind";
    const ALL: &'static [Self] = &[
        Some(Kind::Url),
        Some(Kind::IgnoreQuery),
        Some(Kind::Pattern),
        Some(Kind::Regex),
        Some(Kind::Host),
        Some(Kind::Tag),
        Some(Kind::All),
        None,
    ];

    fn word(self) -> &'static str {
        self.map_or("unknown", Kind::word)
    }

    fn about(self) -> &'static str {
        match self {
            Some(Kind::Url) => "single files",
            Some(Kind::IgnoreQuery) => "single files, with any query string",
            Some(Kind::Pattern) => "a directory, prefix or wildcard",
            Some(Kind::Regex) => "a regular expression over URLs",
            Some(Kind::Host) => "everything of one host name",
            Some(Kind::Tag) => "everything with a tag",
            Some(Kind::All) => "everything of a resource",
            None => "a vendor's word that we do not know",
        }
    }

    fn read(plain: &str) -> Option<&'static [Self]> {
        Some(match plain {
            "url" | "urls" | "file" | "files" | "purge_by_url" => &[Some(Kind::Url)],
            "pattern" | "patterns" | "path" | "directory" | "dir" | "folder" | "prefix"
            | "wildcard" | "purge_by_pattern" => &[Some(Kind::Pattern)],
            "regex" | "regexp" => &[Some(Kind::Regex)],
            "ignore_query" | "exquery" | "no_query" | "noquery" => &[Some(Kind::IgnoreQuery)],
            "host" | "hosts" | "hostname" | "purge_host" => &[Some(Kind::Host)],
            "tag" | "tags" | "cache_tag" | "purge_cache_tag" => &[Some(Kind::Tag)],
            "all" | "everything" | "purge_all" => &[Some(Kind::All)],
            "unknown" | "other" => &[None],
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_and_kind_is_found_by_its_own_word() {
        for status in Status::EVERY {
            assert_eq!(Status::named(status.word()), Some([status].as_slice()));
            assert_eq!(Status::named(status.label()), Some([status].as_slice()));
        }
        for kind in Kind::EVERY.map(Some).into_iter().chain([None]) {
            assert!(Choice::ALL.contains(&kind));
            assert_eq!(Choice::named(kind.word()), Some([kind].as_slice()));
        }
        for kind in Kind::EVERY {
            assert!(kind.label().len() <= 7, "{kind}");
            assert_eq!(Choice::named(kind.label()), Some([Some(kind)].as_slice()));
        }
    }

    #[test]
    fn the_vendors_own_words_are_understood() {
        for (word, status) in [
            ("in progress", Status::InProgress),
            ("process", Status::InProgress),
            ("waiting", Status::InProgress),
            ("done", Status::Successful),
            ("fail", Status::Failed),
            ("status report disabled", Status::ReportDisabled),
        ] {
            assert_eq!(Status::named(word), Some([status].as_slice()), "{word}");
        }
        for (word, kind) in
            [("purge_by_url", Kind::Url), ("path", Kind::Pattern), ("purge_all", Kind::All)]
        {
            assert_eq!(Choice::named(word), Some([Some(kind)].as_slice()), "{word}");
        }
    }

    #[test]
    fn slips_are_understood_and_noise_is_not() {
        assert_eq!(Status::nearest("sucessful"), Some("successful"));
        assert_eq!(Status::nearest("faild"), Some("failed"));
        assert_eq!(<Option<Kind>>::nearest("patern"), Some("pattern"));
        assert_eq!(<Option<Kind>>::nearest("x"), None);
    }
}
