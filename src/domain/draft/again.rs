//! The draft that makes purges of the history again: exactly these, nothing narrower or wider.

use std::collections::HashSet;

use super::Draft;
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::target::is_root;

impl Draft {
    /// Makes the draft of these purges. Where they are of one resource, it is chosen, and paths
    /// stay paths; of several, each path gets its host. The kind is chosen where all have the same;
    /// else each line says its own.
    pub fn again(purges: &[Purge]) -> Self {
        let resource = |purge: &Purge| (purge.account.clone(), purge.resource.clone());
        let first = purges.first();
        let one = first
            .map(resource)
            .filter(|first| purges.iter().all(|purge| resource(purge) == *first));
        let kind = first
            .and_then(|first| first.kind)
            .filter(|kind| purges.iter().all(|purge| purge.kind == Some(*kind)));
        let mut seen = HashSet::new();
        let mut lines: Vec<String> = Vec::new();
        for line in purges.iter().flat_map(|purge| lines_of(purge, kind, one.is_some())) {
            if seen.insert(line.clone()) {
                lines.push(line);
            }
        }
        Self { text: lines.join("\n"), kind, resource: one, ..Self::default() }
    }
}

/// The lines of one purge: its targets, or its host where it removed everything. Among purges of
/// other kinds, its lines say their kind themselves.
fn lines_of(purge: &Purge, chosen: Option<Kind>, one_resource: bool) -> Vec<String> {
    let host = format!("https://{}", purge.cname);
    match (purge.kind, chosen) {
        (Some(Kind::All), Some(_)) if one_resource => Vec::new(),
        (Some(Kind::All), Some(_)) => vec![format!("{host}/")],
        (Some(Kind::All), None) => vec![format!("{host}/*")],
        (Some(Kind::Pattern), _) => {
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
        (Some(Kind::Url) | None, _) => {
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
