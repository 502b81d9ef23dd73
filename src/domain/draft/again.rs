//! The draft that makes purges of the history again: exactly these, nothing narrower or wider.

use std::collections::{BTreeMap, HashMap};

use super::Draft;
use crate::domain::document::label;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::target::is_root;

impl Draft {
    /// Makes the draft of these purges; one whose record does not tell its kind or its targets is
    /// left out. Where they are of one resource, it is chosen, and paths stay paths; of several,
    /// each path gets its host. The kind is chosen where all have the same; else each line has its
    /// own, by its form where that tells it.
    pub fn again(purges: &[Purge]) -> Self {
        let told: Vec<(&Purge, Kind)> = purges
            .iter()
            .filter(|purge| purge.again().is_some())
            .filter_map(|purge| Some((purge, purge.kind?)))
            .collect();
        let resource = |purge: &Purge| (purge.account.clone(), purge.resource.clone());
        let one = told
            .first()
            .map(|(first, _)| resource(first))
            .filter(|first| told.iter().all(|(purge, _)| resource(purge) == *first));
        // Of several resources, a tag or an expression says its own behind it.
        let tells_resource = |kind: &Kind| !matches!(kind, Kind::Tag | Kind::Regex);
        let kind = told
            .first()
            .map(|(_, kind)| *kind)
            .filter(|first| told.iter().all(|(_, kind)| kind == first))
            .filter(|first| one.is_some() || tells_resource(first));
        let mut lines = DraftLines::default();
        for (purge, of) in told {
            for line in lines_of(purge, of, kind, one.is_some()) {
                lines.put(&line, of, &purge.cname);
            }
        }
        let kinds = if kind.is_some() { BTreeMap::new() } else { lines.kinds };
        Self { text: lines.texts.join("\n"), kind, kinds, resource: one, ..Self::default() }
    }
}

/// The lines of a draft, each once.
#[derive(Default)]
struct DraftLines {
    texts: Vec<String>,
    seen: HashMap<String, Kind>,
    /// The kinds that the forms of their lines do not tell.
    kinds: BTreeMap<String, Kind>,
}

impl DraftLines {
    /// Adds a line. The same text with another kind is written otherwise.
    fn put(&mut self, text: &str, kind: Kind, cname: &str) {
        // A label tells its kind, and nothing else is written so.
        if label::parse(text).is_some_and(|it| it.kind == kind) {
            if self.seen.insert(text.to_owned(), kind).is_none() {
                self.texts.push(text.to_owned());
            }
            return;
        }
        for line in writings(text, cname) {
            match self.seen.get(&line) {
                Some(known) if *known == kind => return,
                Some(_) => {}
                None => {
                    let by_form = if line.contains('*') { Kind::Pattern } else { Kind::Url };
                    if by_form != kind {
                        self.kinds.insert(line.clone(), kind);
                    }
                    self.seen.insert(line.clone(), kind);
                    self.texts.push(line);
                    return;
                }
            }
        }
    }
}

/// The ways to write the same target, of which there are as many as kinds: as it is, with its host,
/// and with its scheme in other letters.
fn writings(text: &str, cname: &str) -> Vec<String> {
    let full =
        if text.starts_with('/') { format!("https://{cname}{text}") } else { text.to_owned() };
    let mut writings = vec![text.to_owned(), full.clone()];
    if let Some((scheme, rest)) = full.split_once("://") {
        let mut capital = scheme.to_owned();
        if let Some(first) = capital.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        writings.extend([scheme.to_uppercase(), capital].map(|it| format!("{it}://{rest}")));
    }
    writings
}

/// The lines of one purge: its targets, or its host where it removed everything. Among purges of
/// other kinds, its lines say their kind themselves.
fn lines_of(purge: &Purge, kind: Kind, chosen: Option<Kind>, one_resource: bool) -> Vec<String> {
    let host = format!("https://{}", purge.cname);
    match (kind, chosen) {
        (Kind::All, Some(_)) if one_resource => Vec::new(),
        (Kind::All, Some(_)) => vec![format!("{host}/")],
        (Kind::All, None) => vec![format!("{host}/*")],
        (Kind::Pattern, _) => {
            let lines = purge.targets.iter().map(|target| {
                if is_root(&target.text) {
                    return format!("{host}/*");
                }
                let line = written(target, &host, one_resource);
                let says_so = chosen.is_some() || line.contains('*');
                if says_so || !line.ends_with('/') { line } else { format!("{line}*") }
            });
            lines.collect()
        }
        (Kind::Host | Kind::Tag | Kind::Regex, _) => {
            let cname = Some(purge.cname.as_str()).filter(|cname| !cname.is_empty());
            let at = cname.filter(|_| !one_resource && kind != Kind::Host);
            let lines = purge.targets.iter().map(|Target { text, .. }| match chosen {
                Some(kind) => label::in_kind(kind, text),
                None => label::write(kind, text, at).unwrap_or_else(|| text.clone()),
            });
            lines.collect()
        }
        (Kind::IgnoreQuery, None) => {
            let lines = purge.targets.iter().map(|target| {
                let line = written(target, &host, one_resource);
                label::write(kind, &line, None).unwrap_or(line)
            });
            lines.collect()
        }
        (Kind::Url | Kind::IgnoreQuery, _) => {
            purge.targets.iter().map(|target| written(target, &host, one_resource)).collect()
        }
    }
}

/// A target as a line: with its host, where that does not follow from the chosen resource.
fn written(target: &Target, host: &str, one_resource: bool) -> String {
    if !one_resource && target.text.starts_with('/') {
        format!("{host}{}", target.text)
    } else {
        target.text.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{noon, purge};

    fn of(id: &str, cname: &str, kind: Kind, targets: &[&str]) -> Purge {
        Purge {
            resource: cname.into(),
            cname: cname.to_owned(),
            kind: Some(kind),
            targets: targets.iter().map(|&target| Target::new(target)).collect(),
            ..purge("prod", id, noon())
        }
    }

    #[test]
    fn one_resource_is_chosen_and_its_paths_stay_paths() {
        let draft = Draft::again(&[
            of("1", "www.site.com", Kind::Url, &["/a.jpg", "/news/"]),
            of("2", "www.site.com", Kind::Url, &["/a.jpg", "/b.jpg"]),
        ]);
        assert_eq!(draft.text, "/a.jpg\n/news/\n/b.jpg");
        assert_eq!(draft.kind, Some(Kind::Url));
        assert_eq!(draft.resource, Some(("prod".into(), "www.site.com".into())));
    }

    #[test]
    fn purges_of_several_kinds_and_resources_say_themselves_what_they_are() {
        let draft = Draft::again(&[
            of("1", "www.site.com", Kind::Url, &["/news/"]),
            of("2", "dl.site.com", Kind::Pattern, &["https://dl.site.com/v2/", "/img/*"]),
            of("3", "img.site.com", Kind::All, &[]),
        ]);
        assert_eq!(
            draft.text,
            "https://www.site.com/news/\nhttps://dl.site.com/v2/*\nhttps://dl.site.com/img/*\n\
             https://img.site.com/*"
        );
        assert_eq!((draft.kind, draft.resource), (None, None));
    }

    #[test]
    fn purges_of_mixed_kinds_keep_each_its_own_whatever_their_form_tells() {
        let www = |id, kind, targets: &[&str]| of(id, "www.site.com", kind, targets);
        let draft = Draft::again(&[
            www("1", Kind::All, &[]),
            www("2", Kind::Pattern, &["/*", "/app", "/img/"]),
            www("3", Kind::Url, &["/app", "/a*b.jpg", "/c.jpg"]),
            www("4", Kind::Pattern, &["/a*b.jpg"]),
            Purge { kind: None, ..www("5", Kind::Url, &["/unknown.jpg"]) },
            www("6", Kind::Url, &[]),
        ]);
        let kinds: Vec<(&str, Option<Kind>)> =
            draft.text.lines().map(|line| (line, draft.kind_of(line))).collect();
        assert_eq!(
            kinds,
            [
                ("https://www.site.com/*", Some(Kind::All)),
                ("HTTPS://www.site.com/*", None),
                ("/app", Some(Kind::Pattern)),
                ("/img/*", None),
                ("https://www.site.com/app", None),
                ("/a*b.jpg", Some(Kind::Url)),
                ("/c.jpg", None),
                ("https://www.site.com/a*b.jpg", None),
            ]
        );
        assert!(draft.resource.is_some() && draft.kind.is_none());
        let unknown = Purge { kind: None, ..www("1", Kind::Url, &["/a"]) };
        assert_eq!(Draft::again(&[unknown]), Draft::default());
    }

    #[test]
    fn tags_hosts_and_expressions_keep_their_kind_and_their_resource() {
        let read = |draft: &Draft| -> Vec<String> {
            draft.read().entries.into_iter().map(|entry| entry.text.into_owned()).collect()
        };
        let expression = "^https?://www\\.site\\.com/(a|b, c){1,2}$";
        for (kind, targets) in [
            (Kind::Tag, &["product-42", "type:page"][..]),
            (Kind::Regex, &[expression]),
            (Kind::Host, &["www.site.com", "img.site.com"]),
            (Kind::IgnoreQuery, &["/a.jpg", "/b,c.jpg"]),
        ] {
            let one = Draft::again(&[of("1", "www.site.com", kind, targets)]);
            assert_eq!(
                (read(&one), one.kind),
                (targets.iter().map(ToString::to_string).collect(), Some(kind))
            );
        }
        let tags = Draft::again(&[
            of("1", "www.site.com", Kind::Tag, &["a"]),
            of("2", "img.site.com", Kind::Tag, &["a", "b"]),
        ]);
        assert_eq!(
            read(&tags),
            ["tag:a @www.site.com", "tag:a @img.site.com", "tag:b @img.site.com"]
        );
        assert_eq!((tags.kind, tags.resource), (None, None));
        let www = |id, kind, target: &str| of(id, "www.site.com", kind, &[target]);
        let mixed = Draft::again(&[
            www("1", Kind::Url, "/a.jpg"),
            www("2", Kind::Tag, "a"),
            www("3", Kind::Tag, "a"),
            www("4", Kind::Host, "www.site.com"),
            www("5", Kind::Regex, expression),
            www("6", Kind::IgnoreQuery, "/a.jpg"),
        ]);
        assert_eq!(
            read(&mixed),
            [
                "/a.jpg",
                "tag:a",
                "host:www.site.com",
                &format!("regex:{expression}"),
                "ignore-query:/a.jpg",
            ]
        );
        assert!(mixed.kinds.is_empty() && mixed.kind.is_none() && mixed.resource.is_some());
        let odd = Draft::again(&[of("1", "www.site.com", Kind::Tag, &["tag:a"])]);
        assert_eq!(read(&odd), ["tag:tag:a"]);
    }

    #[test]
    fn purges_of_everything_stay_so_for_one_resource_and_for_several() {
        let one = Draft::again(&[of("1", "www.site.com", Kind::All, &[])]);
        assert_eq!((one.text.as_str(), one.kind), ("", Some(Kind::All)));
        let several = Draft::again(&[
            of("1", "www.site.com", Kind::All, &[]),
            of("2", "img.site.com", Kind::All, &[]),
        ]);
        assert_eq!(several.text, "https://www.site.com/\nhttps://img.site.com/");
        assert_eq!(several.kind, Some(Kind::All));
        // Where a vendor has no purge of everything, its history has the root's directory.
        let root =
            Draft::again(&[of("1", "dl.site.com", Kind::Pattern, &["https://dl.site.com/"])]);
        assert_eq!((root.text.as_str(), root.kind), ("https://dl.site.com/*", Some(Kind::Pattern)));
    }
}
