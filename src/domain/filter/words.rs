//! The words of the filter language: its fields, and the statuses and kinds under every name that people give them.

use crate::domain::kind::Kind;
use crate::domain::nearest::nearest;
use crate::domain::status::Status;

/// What a term can ask about by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Cname,
    Account,
    Provider,
    Status,
    Kind,
    Since,
    Until,
    On,
    Id,
    Target,
    By,
    Sent,
}

impl Field {
    /// Every field, in the order in which they are offered.
    pub(super) const EVERY: [Self; 12] = [
        Self::Cname,
        Self::Account,
        Self::Provider,
        Self::Status,
        Self::Kind,
        Self::Since,
        Self::Until,
        Self::On,
        Self::Id,
        Self::Target,
        Self::By,
        Self::Sent,
    ];

    /// Its name, which stands before the colon.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cname => "cname",
            Self::Account => "account",
            Self::Provider => "provider",
            Self::Status => "status",
            Self::Kind => "kind",
            Self::Since => "since",
            Self::Until => "until",
            Self::On => "on",
            Self::Id => "id",
            Self::Target => "target",
            Self::By => "by",
            Self::Sent => "sent",
        }
    }

    /// What it selects, in a few words.
    pub(super) fn about(self) -> &'static str {
        match self {
            Self::Cname => "the resource's host name, * for anything",
            Self::Account => "the account, * for anything",
            Self::Provider => "the account's provider",
            Self::Status => "what became of it",
            Self::Kind => "url, pattern or all",
            Self::Since => "created then or later: 2h, today, 2026-11-20, 14:00",
            Self::Until => "created before then; a day counts in full",
            Self::On => "created on a day or in a range: yesterday, 2026-11-20..2026-11-22",
            Self::Id => "the vendor's id of the purge",
            Self::Target => "one whole URL or path of the purge, * for anything",
            Self::By => "who asked for it, * for anything",
            Self::Sent => "here: sent from this store",
        }
    }

    /// Whether `*` stands for anything in its values.
    pub(super) fn globs(self) -> bool {
        match self {
            Self::Cname | Self::Account | Self::Provider | Self::Target | Self::By => true,
            Self::Status
            | Self::Kind
            | Self::Since
            | Self::Until
            | Self::On
            | Self::Id
            | Self::Sent => false,
        }
    }

    /// The field of that name, upper and lower case alike; `type` is another name for `kind`.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("type") {
            return Some(Self::Kind);
        }
        Self::EVERY.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// The field that somebody may have meant: by another tool's word for it, or by a slip of the finger.
    pub(super) fn nearest(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let meant = match name.as_str() {
            "host" | "hostname" | "domain" | "resource" | "site" => Some(Self::Cname),
            "url" | "path" | "file" | "text" => Some(Self::Target),
            "user" | "who" | "author" | "from" => Some(Self::By),
            "vendor" | "cdn" => Some(Self::Provider),
            "state" | "result" => Some(Self::Status),
            "after" | "newer" | "start" => Some(Self::Since),
            "before" | "older" | "to" | "end" => Some(Self::Until),
            "date" | "day" | "time" | "created" | "at" | "in" => Some(Self::On),
            "task" | "opid" | "purge" => Some(Self::Id),
            _ => None,
        };
        meant.or_else(|| {
            let near = nearest(&name, Self::EVERY.into_iter().map(Self::name))?;
            Self::named(near)
        })
    }
}

/// The part before the colon of what looks like a field and its value: letters, a colon, and not the `//` of a URL.
pub(super) fn field_like(text: &str) -> Option<&str> {
    let end =
        text.find(|character: char| !(character.is_ascii_alphabetic() || character == '_'))?;
    let (name, rest) = text.split_at_checked(end)?;
    (!name.is_empty() && rest.starts_with(':') && !rest.starts_with("://")).then_some(name)
}

/// The statuses that a word stands for. Blanks, dashes and underscores are alike; a few words stand for several.
pub(super) fn statuses(word: &str) -> Option<&'static [Status]> {
    Some(match plain(word).as_str() {
        "in_progress" | "inprogress" | "progress" | "running" | "pending" | "processing" => {
            &[Status::InProgress]
        }
        "successful" | "success" | "succeeded" | "ok" | "done" | "completed" => {
            &[Status::Successful]
        }
        "failed" | "fail" | "failure" | "error" => &[Status::Failed],
        "report_disabled" | "no_report" | "noreport" | "disabled" | "status_report_disabled" => {
            &[Status::ReportDisabled]
        }
        "unknown" | "other" => &[Status::Unknown],
        "unfinished" | "open" => &[Status::InProgress, Status::Unknown],
        _ => return None,
    })
}

/// The status's word that somebody may have meant.
pub(super) fn nearest_status(word: &str) -> Option<&'static str> {
    nearest(&plain(word), Status::EVERY.into_iter().map(Status::word))
}

/// The kind that a word stands for; the inner `None` for kinds that we do not know.
#[expect(clippy::option_option, reason = "the outer one is whether there is such a word")]
pub(super) fn kind(word: &str) -> Option<Option<Kind>> {
    Some(match plain(word).as_str() {
        "url" | "urls" | "file" | "files" => Some(Kind::Url),
        "pattern" | "patterns" | "directory" | "dir" | "folder" | "prefix" | "wildcard" => {
            Some(Kind::Pattern)
        }
        "all" | "everything" => Some(Kind::All),
        "unknown" | "other" => None,
        _ => return None,
    })
}

/// The word that stands for a kind.
pub(super) fn kind_word(kind: Option<Kind>) -> &'static str {
    kind.map_or("unknown", Kind::word)
}

/// The kind's word that somebody may have meant.
pub(super) fn nearest_kind(word: &str) -> Option<&'static str> {
    let words = Kind::EVERY.into_iter().map(Kind::word);
    nearest(&plain(word), words.chain(["unknown"]))
}

fn plain(word: &str) -> String {
    word.to_ascii_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_status_and_kind_is_found_by_its_own_word() {
        for field in Field::EVERY {
            assert_eq!(Field::named(field.name()), Some(field));
            assert_eq!(Field::named(&field.name().to_uppercase()), Some(field));
        }
        for status in Status::EVERY {
            assert_eq!(statuses(status.word()), Some([status].as_slice()));
            assert_eq!(statuses(status.label()), Some([status].as_slice()));
        }
        for known in Kind::EVERY.map(Some).into_iter().chain([None]) {
            assert_eq!(kind(kind_word(known)), Some(known));
        }
    }

    #[test]
    fn slips_and_other_tools_words_are_understood_and_noise_is_not() {
        for (typed, meant) in [
            ("cnam", Some(Field::Cname)),
            ("cnaem", Some(Field::Cname)),
            ("stat", Some(Field::Status)),
            ("acount", Some(Field::Account)),
            ("sicne", Some(Field::Since)),
            ("host", Some(Field::Cname)),
            ("before", Some(Field::Until)),
            ("zzz", None),
            ("q", None),
        ] {
            assert_eq!(Field::nearest(typed), meant, "{typed}");
        }
        assert_eq!(nearest_status("sucessful"), Some("successful"));
        assert_eq!(nearest_status("faild"), Some("failed"));
        assert_eq!(nearest_kind("patern"), Some("pattern"));
        assert_eq!(nearest_kind("x"), None);
    }

    #[test]
    fn a_url_or_a_clock_does_not_look_like_a_field() {
        for (text, name) in [
            ("cname:x", Some("cname")),
            ("foo:", Some("foo")),
            ("https://h/a", None),
            ("14:00", None),
            ("www.site.com:443", None),
            (":x", None),
            ("ä:x", None),
            ("plain", None),
        ] {
            assert_eq!(field_like(text), name, "{text}");
        }
    }
}
