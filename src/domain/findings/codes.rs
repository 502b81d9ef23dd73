//! The table of everything that the linter can say. Codes are stable: one that is not used any more
//! is never given to another finding.

use super::Severity;
use Severity::{Error, Info, Warning};

/// The meaning of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code, `PD001` and on.
    pub code: &'static str,
    /// The usual severity.
    pub severity: Severity,
    /// A title, in a few words.
    pub title: &'static str,
    /// Why it matters and what to do, for the list of codes.
    pub explanation: &'static str,
    /// The document that has the rule, where that is not one vendor's matter.
    pub doc: Option<&'static str>,
}

macro_rules! codes {
    ($(
        $name:ident $code:literal $severity:ident $title:literal $doc:expr, $explanation:literal;
    )*) => {
        /// A thing that the linter can say. What it is stands in its [`Rule`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!($code, ": ", $title, ".")] $name,)*
        }

        impl Code {
            /// Every code, in order.
            pub const EVERY: &'static [Self] = &[$(Self::$name,)*];

            /// Returns its meaning.
            pub fn rule(self) -> Rule {
                match self {
                    $(Self::$name => Rule {
                        code: $code,
                        severity: $severity,
                        title: $title,
                        explanation: $explanation,
                        doc: $doc,
                    },)*
                }
            }
        }
    };
}

codes! {
    MissingSlash "PD001" Info "missing slash" None,
        "A path begins with a slash; one was put before it. If the first part is a host, write it \
         with https://.";
    UnknownHost "PD002" Error "foreign host" None,
        "No configured account has a resource that answers to this host name. Check the name, or \
         the account that should have it.";
    SeveralResources "PD003" Error "host in several places" None,
        "More than one resource answers to this host name. Choose which one is meant.";
    NoResource "PD004" Error "no resource chosen" None,
        "A path says nothing of the site that it belongs to. Choose a resource, or write the full \
         URL.";
    Blank "PD005" Info "blank entry" None,
        "An entry with nothing in it was passed over; a vendor would refuse it.";
    Invisible "PD006" Error "control or invisible characters" None,
        "Control characters and invisible ones never belong to a URL. They mostly come from \
         copying out of a document.";
    Whitespace "PD007" Error "blank inside"
        Some("https://www.rfc-editor.org/rfc/rfc3986#section-2"),
        "A URL holds no blanks. Write %20, or put entries on lines of their own.";
    NoAddress "PD008" Error "not an address"
        Some("https://www.rfc-editor.org/rfc/rfc3986#section-3"),
        "The scheme is not http or https, or what should be the host is no host name.";
    Duplicate "PD009" Warning "duplicate" None,
        "The same target stands in the draft already. It is sent once.";
    Covered "PD010" Info "covered by a pattern" None,
        "A pattern of this draft removes this target too. It is sent all the same; take it out to \
         save room.";
    Splits "PD011" Info "several requests" None,
        "The vendor takes only so many targets in one request, so the draft becomes several.";
    TooLong "PD012" Error "too long" None,
        "The vendor does not take targets of this length.";
    WildcardRefused "PD013" Error "* not possible" None,
        "The vendor takes no * there: it would be read as the character or refused.";
    WildcardInMiddle "PD014" Error "* before the end" None,
        "The vendor takes a * only as the last character of a pattern.";
    WildcardDisputed "PD015" Warning "* before the end, disputed" None,
        "One of the vendor's documents takes a * only at the end, another takes it anywhere. The \
         purge may be refused, or may remove less or more than it says.";
    WildcardInUrl "PD016" Error "* in a URL" None,
        "A purge by URL takes a * for the character. To remove everything that fits, purge by \
         pattern.";
    QueryInPattern "PD017" Warning "query string in a pattern" None,
        "A pattern is matched against paths. What stands after ? is ignored, or nobody says what \
         becomes of it.";
    QueryNotInKey "PD018" Warning "query string that does not count" None,
        "The cache key of the resource leaves this query string out, wholly or partly. A purge \
         with it may miss the object that is served.";
    Fragment "PD019" Info "fragment" Some("https://www.rfc-editor.org/rfc/rfc3986#section-3.5"),
        "What follows # stays in the browser; it was taken off.";
    Userinfo "PD020" Warning "user name in the URL"
        Some("https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1"),
        "A user name or a password before the host is no part of what is cached; it was taken off. \
         If it is a secret, it has been on a screen now.";
    Port "PD021" Warning "port" None,
        "A CDN serves on the usual ports; the port was taken off.";
    RootPattern "PD022" Warning "root pattern" None,
        "The pattern covers everything on the resource. The origin will have to serve every \
         request until the cache is filled again.";
    Vary "PD023" Warning "Vary splits objects"
        Some("https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5"),
        "The origin's Vary header makes several cached variants of one URL; a purge by URL removes \
         one of them. A pattern removes all.";
    Slice "PD024" Warning "large files are cached in slices" None,
        "A purge by URL removes the first slice of a file only. A pattern removes all of them.";
    UrlPurgeOff "PD025" Error "purge by URL not allowed" None,
        "The vendor has not opened purges by URL for this resource. Purge by pattern, or ask the \
         vendor's support.";
    AllPurgeOff "PD026" Error "purge of everything not allowed" None,
        "The vendor has not opened purges of everything for this resource.";
    Suspended "PD027" Warning "resource is suspended" None,
        "The resource does not serve now. The purge may be refused, or may not matter.";
    Deleted "PD028" Error "resource is deleted" None,
        "The vendor lists the resource as deleted; there is nothing to purge.";
    ReadOnly "PD029" Error "account is read-only" None,
        "The configuration allows no purge in this account (read_only = true).";
    InProgress "PD030" Warning "already being purged" None,
        "A purge of the same target, or of one that covers it, is in progress. Following that one \
         may do.";
    JustPurged "PD031" Warning "purged just now" None,
        "The same target, or one that covers it, was purged minutes ago. If the old content came \
         back, the origin still serves it.";
    ReasonMissing "PD032" Error "reason required" None,
        "The account asks for a reason with every purge.";
    TicketMissing "PD033" Error "ticket required" None,
        "The account asks for a ticket with every purge, in the form that its configuration gives.";
    KindNotOffered "PD034" Error "kind not offered" None,
        "The vendor has no purge of this kind.";
    QuotaShort "PD035" Error "quota does not suffice" None,
        "The vendor's daily quota has not enough left for this draft.";
    QuotaLow "PD036" Warning "quota nearly used up" None,
        "After this draft less than a tenth of the vendor's daily quota is left for everybody \
         else.";
    LimitsUnknown "PD037" Info "limits not known yet" None,
        "What the account's vendor accepts is not known yet, so nothing can be planned. It comes \
         with the first answer.";
    TargetBesideAll "PD038" Error "target beside everything" None,
        "A purge of everything takes no targets, only hosts. Take the path away, or choose another \
         kind.";
    DirectoryMended "PD039" Info "written as the vendor wants directories" None,
        "A directory was written in the vendor's own form.";
    NoWildcard "PD040" Warning "pattern without *" None,
        "A pattern that neither ends in / nor holds a * removes one path by one reading, and \
         everything that begins with it by another. Write the * to be sure.";
    NotAscii "PD041" Info "letters that are not ASCII"
        Some("https://www.rfc-editor.org/rfc/rfc3987#section-3.1"),
        "Browsers ask for such letters percent-encoded, and so the cache knows them. The target is \
         sent so, or the vendor is told to encode it.";
    Comma "PD042" Info "comma inside" None,
        "A comma may be part of a URL and was kept as one. To separate entries by commas, put a \
         blank after each.";
    International "PD043" Info "international host" Some("https://www.rfc-editor.org/rfc/rfc5890"),
        "The host name was turned into the form that the network uses (xn--…).";
    ModeUnknown "PD044" Error "mode not offered" None,
        "The chosen mode is none that the vendor offers for this kind of purge.";
    AreaUnknown "PD045" Error "area not offered" None,
        "The chosen area is none that the vendor splits its quotas by.";
    Comments "PD046" Info "comments" None,
        "What follows a # at the start of a line or after a blank is a comment and was passed \
         over.";
    PassedOver "PD047" Info "words passed over" None,
        "Columns, headings and words that name nothing to purge were passed over.";
    NeverRoom "PD048" Error "no request allowed" None,
        "By the vendor's limits for this account, no request of this kind is allowed at all.";
    ModeMissing "PD049" Info "mode not chosen" None,
        "The vendor offers several ways to carry out this purge; its default is taken.";
    RunTogether "PD050" Error "two URLs in one" None,
        "Another URL begins within the path. Two that were pasted behind each other purge neither; \
         put each on a line of its own. A path that carries a URL on purpose has a / before it.";
    LastTryFailed "PD051" Info "the last try failed" None,
        "The same was asked for minutes ago, and the vendor reported that it failed. To purge it \
         again is right; find out why it failed if it does so twice.";
    OnePage "PD052" Info "one page, not its directory" None,
        "A URL that ends in a slash is one page. For the directory and all beneath, end it in /*.";
    RootByForm "PD053" Error "everything is not meant by form" None,
        "A / or a * found among other words never means everything. For everything on a host, \
         write /* alone on a line, or choose the kind all.";
    Broken "PD054" Error "document is broken" None,
        "What was handed over begins as one format and stops being it. Nothing of it is taken, \
         since nobody could say what is missing. Mend it, or have it read as another format.";
    AsAsked "PD055" Info "written as a client asks for it"
        Some("https://url.spec.whatwg.org/#url-parsing"),
        "Browsers resolve . and .., read \\ as /, and percent-encode what a URL does not hold \
         before they ask. The cache knows only that form, so that is what is purged.";
    Escape "PD056" Error "bad % or entity"
        Some("https://www.rfc-editor.org/rfc/rfc3986#section-2.1"),
        "A % begins two hex digits; alone it is written %25. &amp; and the like are of HTML: a URL \
         has the character itself.";
    LocalPath "PD057" Error "path of a computer" None,
        "A drive letter is of a file on a computer. MSYS and Git Bash turn /img/a.jpg into such a \
         path: write //img/a.jpg there, the full URL, or set MSYS_NO_PATHCONV=1.";
    RegularExpression "PD058" Error "regular expression" None,
        "A pattern has only *, and .* wants a dot in the path: write /img/*. For a vendor that \
         takes regular expressions, write regex: before it, or choose that kind.";
    Decomposed "PD059" Warning "decomposed letters" Some("https://www.unicode.org/reports/tr15/"),
        "A letter and its accent stand as two characters (NFD), as macOS lists names. It looks \
         like the composed form and is another object.";
    EndsInPunctuation "PD060" Warning "ends in punctuation" None,
        "A full stop or a mark at the end mostly belongs to the sentence that the URL was copied \
         from.";
    QueryLeftOut "PD061" Info "query string left out" None,
        "A purge that ignores query strings removes the file with every one of them, so the one \
         that was typed is left out.";
    BadName "PD062" Error "not a name" None,
        "A tag is of letters, digits and marks of ASCII, without blanks, commas and quotes around \
         it. A host stands alone, without a path.";
    MarkTakenOff "PD063" Info "mark taken off" None,
        "The vendor writes a mark before tags, as in #product-42. It is added when the purge is \
         sent, so the one that was typed is taken off.";
    OnlyHost "PD064" Info "only host of its resource" None,
        "The resource answers to no other host, so a purge of the host is a purge of everything on \
         it, which the kind all says.";
    WholeHost "PD065" Warning "whole host" None,
        "Everything that the host serves goes. The origin will have to serve every request for it \
         until the cache is filled again.";
    BadExpression "PD066" Error "not a regular expression" None,
        "The text is a regular expression in no dialect, or not in the form in which the vendor \
         matches it.";
    KindsDiffer "PD067" Error "kind of its own" None,
        "The label before the entry says another kind than the one that is chosen for the whole \
         draft. Take the label off, or let each line say its kind.";
    RefusedPiece "PD068" Error "refused as written" None,
        "The vendor refuses targets with this in it, and with one of them the whole request.";
    NothingPurged "PD069" Warning "purges nothing as written" None,
        "The vendor takes a target with this in it, reports success, and purges nothing.";
    SlashCounts "PD070" Info "with and without a slash" None,
        "For the vendor a directory with and without its last slash are two paths. Purge both \
         where the site answers to both.";
    BeyondExpressions "PD071" Warning "more than the vendor's expressions" None,
        "The vendor documents a few pieces of regular expressions and no others. With another the \
         purge may be refused, or may match nothing.";
    MixedHardness "PD072" Warning "hard and soft in one draft" None,
        "A hard purge removes a copy. After a soft one the copy stays until the origin says that \
         it has changed, and after one of what changed it stays unless the origin has a newer one. \
         Choose a mode, hard where all can have it, or send the parts apart.";
    ModeNotThere "PD073" Warning "no such mode here" None,
        "The chosen mode is one of another vendor's or kind's, and nothing of its hardness is \
         offered here: the default is taken.";
    WaitsForOthers "PD074" Info "waits for others to end" None,
        "The vendor carries out only so many targets at once, whoever asked for them. The rest \
         goes out as soon as enough of them have ended.";
    Paid "PD075" Warning "costs money" None,
        "The vendor charges for each target beyond the free ones of a calendar month (UTC), \
         whoever purged. A pattern is one target.";
    FreeLow "PD076" Info "free targets nearly used up" None,
        "Less than a tenth of the month's free targets is left; each further one costs money.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_numbered_without_gaps_and_say_something() {
        for (place, code) in Code::EVERY.iter().enumerate() {
            let rule = code.rule();
            assert_eq!(rule.code, format!("PD{:03}", place + 1));
            assert!(!rule.title.is_empty() && rule.title.len() < 50, "{}", rule.code);
            assert!(rule.explanation.ends_with('.'), "{}", rule.code);
        }
    }
}
