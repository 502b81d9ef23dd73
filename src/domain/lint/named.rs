//! Entries that are no addresses: a tag, a host, a regular expression. They are sent as they stand.

use super::notes::Notes;
use super::offered::{self, may_be_purged_whole, note_length, note_traps};
use super::syntax::{is_invisible, note_extras};
use super::{Meaning, form, place, shown};
use crate::domain::document::label::Labelled;
use crate::domain::draft::Draft;
use crate::domain::draft::address;
use crate::domain::expression;
use crate::domain::findings::Code;
use crate::domain::kind::Kind;
use crate::domain::limits::Syntax;
use crate::domain::lint_context::LintContext;

/// Marks in which a name is quoted, and that begin none.
const QUOTES: [char; 6] = ['"', '\'', '`', '[', '{', '<'];

/// Returns where a tag belongs, and what the vendor gets.
pub(super) fn tag(
    said: Labelled<'_>,
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
) -> Option<(usize, Option<Meaning>)> {
    if !is_one_word(
        said.target,
        Code::BadName,
        "A tag holds no blank: put each on its line.",
        notes,
    ) {
        return None;
    }
    let place = match said.host {
        Some(host) => place::of_host(&host.to_ascii_lowercase(), draft, context, notes)?,
        None => place::chosen(
            draft,
            context,
            notes,
            "A tag says nothing of its site: choose the resource, or write its host behind it, as \
             in tag:product-42 @www.site.com.",
        )?,
    };
    let resource = context.hosts.get(place)?;
    let Some(rule) = offered::rule(Kind::Tag, resource, context, notes) else {
        return Some((place, None));
    };
    let marked = rule.mark.and_then(|mark| Some((mark, said.target.strip_prefix(mark)?)));
    let name = match marked {
        Some((_, "")) => "",
        Some((mark, bare)) => {
            let words =
                format!("The vendor's {mark} before a tag is written for you; it is taken off.");
            notes.say(Code::MarkTakenOff, words);
            bare
        }
        None => said.target,
    };
    let words = if name.is_empty() {
        "The tag has no name."
    } else if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        "A tag is of letters, digits and marks of ASCII."
    } else if name.contains(',') {
        "A tag holds no comma: put each on a line of its own."
    } else if name.starts_with(QUOTES) {
        "A tag is written without quotes and brackets."
    } else {
        note_length(name, rule, notes);
        note_traps(name, rule, notes);
        return Some((place, Some(Meaning::of(resource, Kind::Tag, name.to_owned()))));
    };
    notes.say(Code::BadName, words);
    Some((place, None))
}

/// Returns where a host belongs.
pub(super) fn host(
    said: Labelled<'_>,
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
) -> Option<(usize, Option<Meaning>)> {
    let text = said.target;
    let knows = |host: &str| context.hosts.knows(host);
    if !is_one_word(text, Code::BadName, "A host holds no blank: put each on its line.", notes)
        || !form::is_fine(text, knows, notes)
    {
        return None;
    }
    let address = address::parse(text, knows).ok();
    let Some((address, host)) = address.and_then(|it| Some((it.clone(), it.host?))) else {
        notes.say(Code::BadName, "This is no host name.");
        return None;
    };
    if !matches!(address.path.as_ref(), "" | "/") || address.query.is_some() {
        notes.say(
            Code::BadName,
            "A purge of a host takes no path: write the host alone, or choose another kind.",
        );
        return None;
    }
    note_extras(&address, notes);
    let place = place::of_host(&host, draft, context, notes)?;
    let resource = context.hosts.get(place)?;
    if offered::rule(Kind::Host, resource, context, notes).is_none() {
        return Some((place, None));
    }
    let words = format!("This removes everything that {} serves.", shown(&host));
    notes.say(Code::WholeHost, words);
    may_be_purged_whole(resource, notes);
    let is_only = resource.answers_to(&host)
        && resource.names.iter().all(|name| name.eq_ignore_ascii_case(&host))
        && resource.cname.eq_ignore_ascii_case(&host);
    if is_only {
        let words =
            format!("{} is the only host of its resource: the kind all says the same.", &host);
        notes.say(Code::OnlyHost, words);
    }
    Some((place, Some(Meaning::of(resource, Kind::Host, host.into_owned()))))
}

/// Returns where a regular expression belongs. Nothing of it is encoded or changed.
pub(super) fn regex(
    said: Labelled<'_>,
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
) -> Option<(usize, Option<Meaning>)> {
    let text = said.target;
    if !is_one_word(text, Code::BadExpression, "No URL holds a blank, so it fits none.", notes) {
        return None;
    }
    if let Some(fault) = expression::fault(text) {
        notes.say(Code::BadExpression, format!("This is no regular expression: {fault}."));
        return None;
    }
    let own = said.host.map(str::to_ascii_lowercase).or_else(|| expression::host(text));
    let place = match own {
        Some(host) => place::of_host(&host, draft, context, notes)?,
        None => place::chosen(
            draft,
            context,
            notes,
            "The expression tells no host: choose the resource that it belongs to.",
        )?,
    };
    let resource = context.hosts.get(place)?;
    let Some(rule) = offered::rule(Kind::Regex, resource, context, notes) else {
        return Some((place, None));
    };
    if rule.syntax == Syntax::FullUrl && !text.contains("://") {
        let words = format!(
            "The vendor matches whole URLs: begin it with https://{}/.",
            shown(&resource.cname)
        );
        notes.say(Code::BadExpression, words);
        return Some((place, None));
    }
    note_length(text, rule, notes);
    note_traps(text, rule, notes);
    if !rule.expressions.is_empty()
        && let Some(piece) = expression::beyond(text, rule.expressions)
    {
        let known = rule.expressions.join(" ");
        let words =
            format!("The vendor documents only {known} in expressions, and no {}.", shown(piece));
        notes.say(Code::BeyondExpressions, words);
    }
    if expression::matches_all(text) {
        let words = format!("This matches everything on {}.", shown(&resource.cname));
        notes.say(Code::RootPattern, words);
        may_be_purged_whole(resource, notes);
    }
    Some((place, Some(Meaning::of(resource, Kind::Regex, text.to_owned()))))
}

/// Returns true for a text without blanks and invisible characters; a blank has this code and
/// these words.
fn is_one_word(text: &str, code: Code, words: &'static str, notes: &mut Notes) -> bool {
    if text.is_empty() {
        notes.say(Code::Blank, "An empty entry is passed over.");
        return false;
    }
    let is_blank = |it: char| it.is_whitespace() && !it.is_control();
    if text.chars().any(|it| is_invisible(it) && !is_blank(it)) {
        notes.say(
            Code::Invisible,
            format!("There are control or invisible characters in it: {}", shown(text)),
        );
        return false;
    }
    if text.contains(is_blank) {
        notes.say(code, words);
        return false;
    }
    true
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::lint::{Linted, lint};
    use crate::testing::LintFacts;

    /// Lints a draft whose paths and tags belong to `shop.site.com`.
    fn linted(text: &str, kind: Option<Kind>) -> Linted {
        let resource = Some(("four".into(), "s".into()));
        let draft = Draft { text: text.to_owned(), kind, resource, ..Draft::default() };
        lint(&draft, &LintFacts::new().with_names().context())
    }

    /// The kind, the resource and the target of the only line.
    fn meaning(linted: &Linted) -> Option<(Kind, &str, &str)> {
        let [line] = linted.lines.as_slice() else { return None };
        let Meaning { kind, resource, target, .. } = line.meaning.as_ref()?;
        Some((*kind, resource.as_str(), target))
    }

    fn codes(linted: &Linted) -> Vec<Code> {
        let code = |word: &str| Code::EVERY.iter().copied().find(|it| it.rule().code == word);
        linted.all_findings().filter_map(|finding| code(finding.code)).collect()
    }

    #[test]
    fn a_label_or_the_chosen_kind_tells_what_an_entry_is() {
        let expression = "^https?://shop\\.site\\.com/IMG/%2a.*\\.jpg$";
        for (label, text, kind, resource, target) in [
            ("tag:", "product-42", Kind::Tag, "s", "product-42"),
            ("tag:", "Type:Page/1?x#y", Kind::Tag, "s", "Type:Page/1?x#y"),
            ("host:", "CDN.site.com", Kind::Host, "s", "cdn.site.com"),
            ("host:", "https://cdn.site.com/", Kind::Host, "s", "cdn.site.com"),
            ("regex:", expression, Kind::Regex, "s", expression),
            ("ignore-query:", "/a.jpg", Kind::IgnoreQuery, "s", "https://shop.site.com/a.jpg"),
        ] {
            let wanted = Some((kind, resource, target));
            assert_eq!(meaning(&linted(&format!("{label}{text}"), None)), wanted, "{label}{text}");
            assert_eq!(meaning(&linted(text, Some(kind))), wanted, "{text}");
            let twice = linted(&format!("{label}{text}"), Some(kind));
            assert_eq!(meaning(&twice), wanted, "{label}{text}");
        }
    }

    #[test]
    fn a_tag_belongs_to_the_chosen_resource_or_to_the_host_behind_it() {
        let tag = "tag:a @blog.site.com";
        assert_eq!(meaning(&linted(tag, None)), Some((Kind::Tag, "b", "a")));
        let several = linted("tag:a @blog.site.com @shop.site.com", None);
        let places: Vec<&str> = several
            .lines
            .iter()
            .filter_map(|line| Some(line.meaning.as_ref()?.resource.as_str()))
            .collect();
        assert_eq!(places, ["b", "s"]);
        let draft = Draft { text: "tag:a".to_owned(), ..Draft::default() };
        let unplaced = lint(&draft, &LintFacts::new().with_names().context());
        assert_eq!(codes(&unplaced), [Code::NoResource]);
        assert_eq!(codes(&linted("tag:a @other.com", None)), [Code::UnknownHost]);
    }

    #[test]
    fn an_expression_belongs_to_the_host_that_it_tells() {
        let blog = "regex:^https?://blog\\.site\\.com/a";
        assert_eq!(meaning(&linted(blog, None)).unwrap().1, "b");
        assert_eq!(meaning(&linted("regex:^https?://.*/a", None)).unwrap().1, "s");
        assert_eq!(codes(&linted("regex:https://other\\.com/a", None)), [Code::UnknownHost]);
    }

    #[test]
    fn what_is_no_name_is_refused_and_nothing_of_it_is_sent() {
        for (text, kind, code) in [
            ("tag:a b", None, Code::BadName),
            ("tag:größe", None, Code::BadName),
            ("tag:#", None, Code::BadName),
            ("\"a\"", Some(Kind::Tag), Code::BadName),
            ("[\"a\"", Some(Kind::Tag), Code::BadName),
            ("host:cdn.site.com/img/", None, Code::BadName),
            ("shop", Some(Kind::Host), Code::BadName),
            ("host:*.site.com", None, Code::BadName),
            ("host:other.com", None, Code::UnknownHost),
            ("regex:/(a", None, Code::BadExpression),
            ("regex:/a b", None, Code::BadExpression),
            ("regex:/img/.*", None, Code::BadExpression),
            ("tag:a\u{200b}", None, Code::Invisible),
            ("tag:a", Some(Kind::Url), Code::KindsDiffer),
        ] {
            let linted = linted(text, kind);
            assert_eq!((meaning(&linted), codes(&linted)), (None, vec![code]), "{text}");
        }
        let long = linted(&format!("tag:{}", "a".repeat(257)), None);
        assert_eq!(codes(&long), [Code::TooLong]);
    }

    #[test]
    fn what_an_operator_should_know_of_a_name_is_told() {
        for (text, codes_wanted) in [
            ("tag:#product-42", &[Code::MarkTakenOff][..]),
            ("host:cdn.site.com", &[Code::WholeHost]),
            ("host:blog.site.com", &[Code::WholeHost, Code::OnlyHost]),
            ("regex:^https?://shop\\.site\\.com/.*", &[Code::RootPattern]),
            ("ignore-query:/a.jpg?x=1", &[Code::QueryLeftOut]),
            ("tag:a\ntag:a", &[Code::Duplicate]),
            ("/a~b.jpg", &[Code::RefusedPiece]),
            ("/a%2A.jpg", &[Code::NothingPurged]),
            ("/news", &[Code::SlashCounts]),
            ("/news\n/news/", &[Code::OnePage]),
        ] {
            assert_eq!(codes(&linted(text, None)), codes_wanted, "{text}");
        }
        assert_eq!(meaning(&linted("tag:#product-42", None)).unwrap().2, "product-42");
    }

    #[test]
    fn a_word_alone_is_no_target_and_a_vendor_of_tags_is_asked_for_by_its_label() {
        let word = linted("product-42", None);
        assert_eq!(codes(&word), [Code::MissingSlash]);
        let words = &word.all_findings().next().unwrap().words;
        assert!(words.ends_with("A tag is written tag:name."), "{words}");
        let header = linted("Cache-Tag: a,b", None);
        let words = &header.all_findings().next().unwrap().words;
        assert!(words.contains("choose the kind tag"), "{words}");
        let chosen = linted("Cache-Tag: a,b", Some(Kind::Tag));
        assert_eq!(chosen.lines.iter().filter(|line| line.meaning.is_some()).count(), 2);
    }

    #[test]
    fn a_kind_that_a_vendor_has_not_is_refused_with_those_that_it_has() {
        let resource = Some(("one".into(), "1".into()));
        for text in ["tag:a", "regex:/a", "ignore-query:/a", "host:www.site.com"] {
            let draft =
                Draft { text: text.to_owned(), resource: resource.clone(), ..Draft::default() };
            let linted = lint(&draft, &LintFacts::new().context());
            let finding = linted.all_findings().next().unwrap();
            assert_eq!(finding.code, Code::KindNotOffered.rule().code, "{text}");
            assert!(finding.words.ends_with("its vendor offers url, pattern and all."), "{text}");
        }
    }
}
