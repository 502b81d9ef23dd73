//! Who asked for purges: joined to the history, renamed, and what was refused.

use super::journal::{queue, sender, step};
use super::*;
use crate::domain::activity::{Attempt, Author, Names};
use crate::domain::filter::Filter;
use crate::domain::ids::PurgeKey;
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;

fn names(names: &[(&str, &str)]) -> Names {
    Names::new(names.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())))
}

fn attempt(id: &str, second: i64, user: &str) -> Attempt {
    Attempt {
        id: id.to_owned(),
        at: at(second),
        resource: "12".into(),
        kind: Some(Kind::Url),
        targets: vec!["/img/a.jpg".to_owned(), "/img/b.jpg".to_owned()],
        author: Author { user: Some(user.to_owned()), token: None },
        address: Some("203.0.113.9".to_owned()),
        status: 201,
    }
}

fn by(home: &Home) -> Vec<Option<String>> {
    home.purges().into_iter().map(|purge| purge.by).collect()
}

fn joined(home: &Home, attempts: &[Attempt], names: &Names) -> u64 {
    let account = "gcore-prod".into();
    let mut writer = home.writer();
    writer.record_attempts(&account, attempts, names).unwrap();
    let joined = writer.attribute_attempts(&account, (at(-600), at(600)), at(500), names);
    joined.unwrap().changed
}

#[test]
fn a_purge_gets_the_name_of_who_asked_for_it_and_keeps_it() {
    each_with(&[purge("1", 0), purge("2", 30), purge("3", 300)], |home| {
        let attempts = [attempt("a", 1, "42"), attempt("b", 29, "7")];
        let names = names(&[("42", "mira")]);
        assert_eq!(joined(home, &attempts, &names), 2);
        let told = [Some("mira".to_owned()), Some("user 7".to_owned()), None];
        assert_eq!(by(home), told);
        // Again, and told again by the history: nothing changes.
        assert_eq!(joined(home, &attempts, &names), 0);
        home.writer().record(&[purge("1", 0)], at(400)).unwrap();
        assert_eq!(by(home), told);
        let covered = home.reader().attempt_coverage(&"gcore-prod".into()).unwrap();
        assert_eq!(covered.ranges(), [(at(-600), at(500))]);
    });
}

#[test]
fn a_purge_that_the_history_tells_later_gets_its_name_then() {
    each(|home| {
        assert_eq!(joined(home, &[attempt("a", 1, "42")], &names(&[])), 0);
        home.writer().record(&[purge("1", 0)], at(5)).unwrap();
        assert_eq!(joined(home, &[], &names(&[])), 1);
        assert_eq!(by(home), [Some("user 42".to_owned())]);
    });
}

#[test]
fn the_filter_finds_purges_by_their_author() {
    each_with(&[purge("1", 0), purge("2", 30)], |home| {
        let attempts = [attempt("a", 0, "42"), attempt("b", 30, "7")];
        joined(home, &attempts, &names(&[("42", "mira")]));
        for (text, ids) in
            [("by:mira", &["1"][..]), ("-by:mira", &["2"]), ("by:\"user 7\"", &["2"])]
        {
            let filter = Filter::parse(text).unwrap();
            let predicate = filter.resolve(at(100), crate::domain::zone::Zone::Utc);
            let mut found = Vec::new();
            home.reader()
                .export(&predicate, Sort::OLDEST, None, &mut |detail| {
                    found.push(detail.purge.id.to_string());
                    ControlFlow::Continue(())
                })
                .unwrap();
            assert_eq!(found, ids, "{text}");
        }
    });
}

#[test]
fn new_names_are_taken_to_for_old_purges_too() {
    each_with(&[purge("1", 0), purge("2", 30)], |home| {
        let attempts = [attempt("a", 0, "42"), attempt("b", 30, "7")];
        joined(home, &attempts, &names(&[("42", "mira")]));
        let (account, renamed) =
            ("gcore-prod".into(), names(&[("42", "mira okafor"), ("7", "cms")]));
        let mut writer = home.writer();
        assert_eq!(writer.rename_authors(&account, &renamed).unwrap().changed, 2);
        assert_eq!(by(home), [Some("mira okafor".to_owned()), Some("cms".to_owned())]);
        assert_eq!(writer.rename_authors(&account, &renamed).unwrap().changed, 0);
    });
}

#[test]
fn what_was_refused_is_told_once_and_stands_with_the_purges_around_it() {
    each_with(&[purge("1", 0), purge("2", 7200)], |home| {
        let refused = |id: &str, second| Attempt { status: 429, ..attempt(id, second, "7") };
        let account = "gcore-prod".into();
        let mut writer = home.writer();
        let attempts = [
            refused("a", -60),
            Attempt { resource: "13".into(), ..refused("b", 60) },
            Attempt { status: 502, ..refused("c", 90) },
            refused("d", 120),
        ];
        let told = writer.record_attempts(&account, &attempts, &names(&[("7", "cms")])).unwrap();
        assert_eq!(told.len(), 3);
        assert_eq!(writer.record_attempts(&account, &attempts, &names(&[])).unwrap(), []);
        let near = |second| {
            let detail = home.reader().detail(PurgeKey(at(second).timestamp_micros())).unwrap();
            let refused = detail.unwrap().refused.into_iter();
            refused.map(|refused| (refused.at, refused.by)).collect::<Vec<_>>()
        };
        let cms = Some("cms".to_owned());
        assert_eq!(near(0), [(at(-60), cms.clone()), (at(120), cms)]);
        assert_eq!(near(7200), []);
        // It made no purge, so nobody is named for one.
        assert_eq!(joined(home, &[], &names(&[])), 0);
    });
}

#[test]
fn our_own_refused_attempt_is_no_news() {
    each_with(&[purge("1", 0)], |home| {
        let mut writer = sender(home);
        let ours = queue(&mut writer, "/img/a.jpg").id;
        for (from, to, second) in [
            (JournalState::Queued, JournalState::Sending, 60),
            (JournalState::Sending, JournalState::Rejected, 61),
        ] {
            step(&mut writer, &ours, from, to, second).unwrap();
        }
        let ours = Attempt { status: 400, ..attempt("a", 60, "42") };
        let theirs = Attempt { status: 400, ..attempt("b", 600, "42") };
        let told =
            writer.record_attempts(&"gcore-prod".into(), &[ours, theirs], &names(&[])).unwrap();
        assert_eq!(told.iter().map(|told| told.at).collect::<Vec<_>>(), [at(600)]);
    });
}
