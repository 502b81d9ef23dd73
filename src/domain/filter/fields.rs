//! The table of the language's fields, from which everything about them derives: their names, what
//! a term keeps, what a clause tests, how values are read, printed, compared and offered.
//!
//! A field whose values have one of the shapes in [`super::shapes`] is one row here and one column
//! in the store.

use super::choice::Choice as _;
use super::error::FilterError;
use super::pattern::{Pattern, forms};
use super::shapes::{exact, one_of, target, text};
use super::special;
use super::time::{Span, TimeExpr, TimeRange, within};
use super::value::{Offer, Printed, RawValue, Word};
use crate::domain::kind::Kind;
use crate::domain::nearest::nearest;
use crate::domain::purge::Purge;
use crate::domain::status::Status;

/// The names that are known, in the order in which they should be offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Resources' cnames.
    pub cnames: Vec<String>,
    /// Accounts' names.
    pub accounts: Vec<String>,
    /// Providers' names.
    pub providers: Vec<String>,
    /// True if these are all accounts and providers that there are: another one is an error.
    pub closed: bool,
}

/// Derives the fields from their rows.
///
/// A row is: the doc comment, the variant, its name in a filter, its meaning in a few words, other
/// tools' words for it, and then, unless it is one of the special fields, its shape, the purge's
/// values, and what is offered for it: the expression and its rank among what is offered for a word
/// without a field (0 for never).
macro_rules! filter_fields {
    (@sort [$($every:tt)*] [$($row:tt)*];
        $field:ident $name:literal $about:literal $also:tt; $($rest:tt)*
    ) => {
        filter_fields! { @sort [$($every)* {$field $name $about $also}] [$($row)*]; $($rest)* }
    };
    (@sort [$($every:tt)*] [$($row:tt)*];
        $(#[$doc:meta])* $field:ident $name:literal $about:literal $also:tt
        $shape:ident $([$value:ty])? |$purge:ident| $values:expr,
        |$known:ident| $offers:expr, $rank:literal; $($rest:tt)*
    ) => {
        filter_fields! {
            @sort [$($every)* {$field $name $about $also}]
            [$($row)* {
                $(#[$doc])* $field $shape [$($value)?] |$purge| $values, |$known| $offers, $rank
            }];
            $($rest)*
        }
    };
    (@sort
        [$({$field:ident $name:literal $about:literal [$($also:literal)*]})*]
        [$({
            $(#[$doc:meta])* $row:ident $shape:ident [$($value:ty)?] |$purge:ident| $values:expr,
            |$known:ident| $offers:expr, $rank:literal
        })*];
    ) => {
        /// A name that a term can begin with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum FilterField {
            $($field,)*
        }

        impl FilterField {
            /// Every field, in the order in which they are offered.
            pub(super) const EVERY: &[Self] = &[$(Self::$field),*];

            /// Its name before the colon.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$field => $name,)* }
            }

            /// Describes its selection in a few words.
            pub(super) fn about(self) -> &'static str {
                match self { $(Self::$field => $about,)* }
            }

            /// Other tools' words for it.
            fn aliases(self) -> &'static [&'static str] {
                match self { $(Self::$field => &[$($also),*],)* }
            }

            /// Returns true if `*` stands for anything in its values.
            pub(super) fn globs(self) -> bool {
                match self {
                    $(Self::$row => $shape::GLOBS,)*
                    Self::Since | Self::Until | Self::On | Self::Sent => false,
                }
            }

            /// Its place among the fields whose values are offered for a word without a field; 0
            /// for none.
            pub(super) fn rank(self) -> u8 {
                match self {
                    $(Self::$row => $rank,)*
                    Self::Since | Self::Until | Self::On | Self::Sent => 0,
                }
            }

            /// All values that can be offered for it where this was typed.
            pub(super) fn offers<'a>(
                self,
                typed: &str,
                vocabulary: &'a Vocabulary,
            ) -> Vec<Offer<'a>> {
                match self {
                    $(Self::$row => {
                        let $known = vocabulary;
                        $offers
                    })*
                    Self::Since => special::since_offers(typed),
                    Self::Until => special::until_offers(typed),
                    Self::On => special::on_offers(),
                    Self::Sent => special::here_offers(),
                }
            }
        }

        /// A term's condition. Every list is one of "any of these" and is not empty.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Condition {
            $($(#[$doc])* $row($shape::Written<$($value)?>),)*
            /// Created then or later.
            Since(TimeExpr),
            /// Created before then; a day counts in full.
            Until(TimeExpr),
            /// Created on a day or in a range.
            On(Vec<Span>),
            /// Sent by our own journal.
            SentHere,
            /// Words without a field: a target or the cname contains one of them.
            Text(Vec<Word>),
        }

        impl Condition {
            /// Reads the values of a field.
            pub(super) fn read(
                field: FilterField,
                raw: &[RawValue<'_>],
            ) -> Result<Self, FilterError> {
                Ok(match field {
                    $(FilterField::$row => Self::$row($shape::read(raw)?),)*
                    FilterField::On => Self::On(special::spans(raw)?),
                    FilterField::Since if special::is_range(raw) => Self::On(special::spans(raw)?),
                    FilterField::Since => Self::Since(special::one_time(raw, field.name())?),
                    FilterField::Until => Self::Until(special::one_time(raw, field.name())?),
                    FilterField::Sent => special::here(raw).map(|()| Self::SentHere)?,
                })
            }

            /// The field that it names; `None` for words without one.
            pub(super) fn field(&self) -> Option<FilterField> {
                match self {
                    $(Self::$row(_) => Some(FilterField::$row),)*
                    Self::Since(_) => Some(FilterField::Since),
                    Self::Until(_) => Some(FilterField::Until),
                    Self::On(_) => Some(FilterField::On),
                    Self::SentHere => Some(FilterField::Sent),
                    Self::Text(_) => None,
                }
            }

            /// Its values, to be joined by commas.
            pub(super) fn printed(&self) -> Vec<Printed<'_>> {
                match self {
                    $(Self::$row(values) => $shape::printed(values),)*
                    Self::Since(time) | Self::Until(time) => {
                        vec![Printed::Plain(time.to_string().into())]
                    }
                    Self::On(spans) => {
                        spans.iter().map(|span| Printed::Plain(span.to_string().into())).collect()
                    }
                    Self::SentHere => vec![Printed::Plain("here".into())],
                    Self::Text(words) => text::printed(words),
                }
            }

            /// Takes another condition's values in, where both are lists of values of one field;
            /// false where they are not.
            pub(super) fn join(&mut self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$row(own), Self::$row(more)) => own.extend_from_slice(more),)*
                    _ => return false,
                }
                true
            }

            /// The test that a field with a shape comes to; `None` for the others.
            pub(super) fn test(&self) -> Option<Test> {
                match self {
                    $(Self::$row(values) => Some(Test::$row($shape::resolve(values))),)*
                    Self::SentHere => Some(Test::SentHere),
                    Self::Since(_) | Self::Until(_) | Self::On(_) | Self::Text(_) => None,
                }
            }
        }

        /// A clause's condition. Every list is one of "any of these".
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Test {
            $($(#[$doc])* $row($shape::Tested<$($value)?>),)*
            /// Sent by our own journal.
            SentHere,
            /// Created in one of these half-open ranges.
            Created(Vec<TimeRange>),
            /// A target or the cname has one of these in it: words without a field.
            Text(Vec<Pattern>),
        }

        impl Test {
            /// Returns true if it holds for the purge. `sent_here` says whether our own journal
            /// sent it.
            pub(super) fn holds(&self, purge: &Purge, sent_here: bool) -> bool {
                match self {
                    $(Self::$row(wanted) => {
                        let $purge = purge;
                        $shape::holds(wanted, $values)
                    })*
                    Self::SentHere => sent_here,
                    Self::Created(ranges) => {
                        ranges.iter().any(|range| within(*range, purge.created))
                    }
                    Self::Text(patterns) => patterns.iter().any(|pattern| {
                        pattern.matches(&purge.cname)
                            || purge.targets.iter().any(|one| pattern.matches_target(&one.text))
                    }),
                }
            }

            /// True if what meets this test surely meets the wider one.
            pub(super) fn implies(&self, wider: &Self) -> bool {
                match (self, wider) {
                    $((Self::$row(some), Self::$row(all)) => is_subset(some, all),)*
                    (Self::Text(some), Self::Text(all)) => is_subset(some, all),
                    (one, other) => one == other,
                }
            }
        }
    };
    ($($rows:tt)*) => { filter_fields! { @sort [] []; $($rows)* } };
}

filter_fields! {
    /// The resource's cname.
    Cname "cname" "the resource's host name, * for anything"
        ["host" "hostname" "domain" "resource" "site"]
        text |purge| [purge.cname.as_str()], |known| text::offers(&known.cnames, "cname"), 4;
    /// The account's name.
    Account "account" "the account, * for anything" []
        text |purge| [purge.account.as_str()], |known| text::offers(&known.accounts, "account"), 3;
    /// The provider's name.
    Provider "provider" "the account's provider" ["vendor" "cdn"]
        text |purge| [purge.provider.as_str()],
        |known| text::offers(&known.providers, "provider"), 5;
    /// The status.
    Status "status" "what became of it" ["state" "result"]
        one_of[Status] |purge| [purge.status], |_known| one_of::offers(Status::ALL), 1;
    /// The kind; `None` is a kind that we do not know.
    Kind "kind" "url, pattern, tag, host, all …" ["type"]
        one_of[Option<Kind>] |purge| [purge.kind],
        |_known| one_of::offers(<Option<Kind>>::ALL), 2;
    Since "since" "created then or later: 2h, today, 2026-11-20, 14:00" ["after" "newer" "start"];
    Until "until" "created before then; a day counts in full" ["before" "older" "to" "end"];
    On "on" "created on a day or in a range: yesterday, 2026-11-20..2026-11-22"
        ["date" "day" "time" "created" "at" "in"];
    /// The vendor's id of the purge, letter by letter.
    Id "id" "the vendor's id of the purge" ["task" "opid" "purge"]
        exact |purge| [purge.id.as_str()], |_known| Vec::new(), 0;
    /// At least one of the purge's targets; a full URL also fits by its path, and with the other
    /// scheme.
    Target "target" "one whole URL or path of the purge, * for anything"
        ["url" "path" "file" "text"]
        target |purge| purge.targets.iter().flat_map(|target| forms(&target.text)),
        |_known| Vec::new(), 0;
    /// The person or token that asked for it.
    By "by" "who asked for it, * for anything" ["user" "who" "author" "from"]
        text |purge| purge.by.as_deref(), |_known| Vec::new(), 0;
    Sent "sent" "here: sent from this store" [];
}

impl FilterField {
    /// The field of that name, upper and lower case alike; `type` is another name for `kind`.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("type") {
            return Some(Self::Kind);
        }
        Self::EVERY.iter().copied().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// True if its values are times.
    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Since | Self::Until | Self::On)
    }

    /// The field that somebody may have meant: by another tool's word for it, or by a slip of the
    /// finger.
    pub(super) fn nearest(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let every = || Self::EVERY.iter().copied();
        every()
            .find(|field| field.aliases().contains(&name.as_str()))
            .or_else(|| Self::named(nearest(&name, every().map(Self::name))?))
    }
}

fn is_subset<T: PartialEq>(some: &[T], all: &[T]) -> bool {
    some.iter().all(|one| all.contains(one))
}

/// The part before the colon of what looks like a field and its value: letters, a colon, and not
/// the `//` of a URL.
pub(super) fn field_like(text: &str) -> Option<&str> {
    let end =
        text.find(|character: char| !(character.is_ascii_alphabetic() || character == '_'))?;
    let (name, rest) = text.split_at_checked(end)?;
    (!name.is_empty() && rest.starts_with(':') && !rest.starts_with("://")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_own_name() {
        for &field in FilterField::EVERY {
            assert_eq!(FilterField::named(field.name()), Some(field));
            assert_eq!(FilterField::named(&field.name().to_uppercase()), Some(field));
        }
    }

    #[test]
    fn slips_and_other_tools_words_are_understood_and_noise_is_not() {
        for (typed, meant) in [
            ("cnam", Some(FilterField::Cname)),
            ("cnaem", Some(FilterField::Cname)),
            ("stat", Some(FilterField::Status)),
            ("acount", Some(FilterField::Account)),
            ("sicne", Some(FilterField::Since)),
            ("host", Some(FilterField::Cname)),
            ("before", Some(FilterField::Until)),
            ("zzz", None),
            ("q", None),
        ] {
            assert_eq!(FilterField::nearest(typed), meant, "{typed}");
        }
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
