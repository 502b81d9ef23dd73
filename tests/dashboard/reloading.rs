//! The configuration changes while the program runs.

use std::sync::Arc;

use purgedeck::domain::account::Account;
use purgedeck::domain::event::Event;
use purgedeck::domain::view::SavedView;
use purgedeck::effect::{Effect, LiveSettings, Order, Report};

use super::stage::Stage;

fn view(name: &str, filter: &str) -> SavedView {
    SavedView { name: name.to_owned(), filter: filter.to_owned(), ..SavedView::default() }
}

fn settings(stage: &mut Stage, views: Option<Vec<SavedView>>, changed: &[&str], later: &[&str]) {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let (changed, later) = (words(changed), words(later));
    let settings = LiveSettings { views, changed, later, ..Default::default() };
    stage.report(Report::Settings(Box::new(settings)));
}

fn accounts(stage: &mut Stage, change: impl Fn(&mut Account), read_only: bool) {
    let mut accounts = super::stage::setup().accounts;
    accounts.iter_mut().for_each(change);
    let event = Event::Accounts { accounts: Arc::new(accounts), read_only };
    stage.report(Report::Event(event));
}

fn tabs(stage: &Stage) -> Vec<String> {
    stage.app.workspace().tabs().0.map(str::to_owned).collect()
}

#[test]
fn views_come_change_and_go_and_a_notice_says_what_changed() {
    let mut stage = Stage::new((160, 50));
    settings(&mut stage, Some(vec![view("Mine", "kind:all")]), &["views"], &[]);
    assert_eq!(tabs(&stage), ["All", "Unfinished", "Failed 24h", "Mine"]);
    assert!(stage.text().contains("Configuration reloaded: views."), "{}", stage.text());
    stage.press("4");
    assert_eq!(stage.app.workspace().view(), "Mine");
    let two = vec![view("Other", ""), view("Mine", "kind:url")];
    settings(&mut stage, Some(two), &["theme", "views"], &["zone", "refresh"]);
    assert_eq!(tabs(&stage), ["All", "Unfinished", "Failed 24h", "Other", "Mine"]);
    assert_eq!(stage.app.workspace().view(), "Mine");
    let words = "Configuration reloaded: theme, views. From the next start on: zone, refresh.";
    assert!(stage.text().contains(words), "{}", stage.text());
    settings(&mut stage, Some(Vec::new()), &["views"], &[]);
    assert_eq!(tabs(&stage), ["All", "Unfinished", "Failed 24h"]);
    assert_eq!(stage.app.workspace().view(), "All");
}

#[test]
fn a_view_that_was_saved_here_is_no_news_when_the_file_has_it() {
    let mut stage = Stage::new((160, 50));
    stage.press("W");
    stage.type_text("mine");
    stage.press("enter");
    let saved = stage.take_asked().into_iter().find_map(|effect| match effect {
        Effect::Order(Order::SaveView(view)) => Some(view),
        _ => None,
    });
    settings(&mut stage, Some(vec![saved.unwrap()]), &["views"], &[]);
    assert!(!stage.text().contains("reloaded"), "{}", stage.text());
    assert_eq!(tabs(&stage).last().unwrap(), "mine");
}

#[test]
fn a_view_with_the_name_of_a_built_in_one_takes_its_place_and_keeps_what_is_on_its_tab() {
    let views = vec![view("Unfinished", "kind:all"), view("Mine", "kind:url")];
    let setup = purgedeck::app::Setup { views: views.clone(), ..super::stage::setup() };
    let mut stage = Stage::empty((160, 50), 400, setup);
    stage.start();
    stage.press("2 | / ctrl-u");
    stage.type_text("status:failed");
    stage.press("enter");
    assert_eq!(tabs(&stage), ["All", "Unfinished", "Failed 24h", "Mine"]);
    let left = |stage: &Stage| {
        let board = stage.app.workspace();
        let text = board.pane(board.focus()).unwrap().filter().text().to_owned();
        (board.view().to_owned(), board.shown(), text)
    };
    let before = left(&stage);
    assert_eq!((before.1.len(), before.2.as_str()), (2, "status:failed"));
    let one = vec![views[0].clone()];
    settings(&mut stage, Some(one), &["views"], &[]);
    assert_eq!(tabs(&stage), ["All", "Unfinished", "Failed 24h"]);
    assert_eq!(left(&stage), before);
    settings(&mut stage, Some(Vec::new()), &["views"], &[]);
    assert_eq!(tabs(&stage), ["All", "Unfinished", "Failed 24h"]);
    let built_in = "status:in_progress,unknown".to_owned();
    assert_eq!((left(&stage).1.len(), left(&stage).2), (1, built_in));
}

#[test]
fn another_theme_leaves_the_views_alone_also_one_that_is_not_in_the_file() {
    let mut stage = Stage::new((160, 50));
    stage.press("W");
    stage.type_text("mine");
    stage.press("enter");
    settings(&mut stage, None, &["theme"], &[]);
    assert_eq!(tabs(&stage), ["All", "Unfinished", "Failed 24h", "mine"]);
    assert!(stage.text().contains("Configuration reloaded: theme."), "{}", stage.text());
}

#[test]
fn a_new_view_is_counted_at_once() {
    let mut stage = Stage::new((160, 50));
    settings(&mut stage, Some(vec![view("Mine", "")]), &["views"], &[]);
    assert_eq!(stage.app.workspace().count(3), Some(400));
}

#[test]
fn the_error_of_a_bad_file_stands_until_the_file_is_mended() {
    let mut stage = Stage::new((160, 50));
    let bad = |line: u32| format!("config.toml:{line}:1: unknown key. The one before stays.");
    stage.report(Report::BadSettings(bad(2)));
    stage.now += chrono::TimeDelta::seconds(60);
    stage.press("j k");
    assert!(stage.text().contains(&bad(2)), "{}", stage.text());
    stage.report(Report::BadSettings(bad(7)));
    assert!(stage.text().contains(&bad(7)), "{}", stage.text());
    settings(&mut stage, None, &[], &[]);
    let text = stage.text();
    assert!(text.contains("The configuration's file has no error any more."), "{text}");
    stage.now += chrono::TimeDelta::seconds(60);
    stage.press("j");
    let text = stage.text();
    assert!(!text.contains("unknown key") && !text.contains("any more"), "{text}");
    settings(&mut stage, None, &[], &[]);
    assert!(!stage.text().contains("any more"), "nothing was to be mended");
}

#[test]
fn what_counts_from_the_next_start_is_named() {
    let mut stage = Stage::new((160, 50));
    settings(&mut stage, None, &[], &["token of edge-prod", "account new"]);
    let words = "Configuration changed. From the next start on: token of edge-prod, account new.";
    assert!(stage.text().contains(words), "{}", stage.text());
}

#[test]
fn read_only_takes_the_keys_that_purge_away_at_once_and_gives_them_back() {
    let mut stage = Stage::new((160, 50));
    assert!(stage.text().contains("P purge"));
    accounts(&mut stage, |_| (), true);
    assert!(!stage.text().contains("P purge"), "{}", stage.text());
    assert!(stage.text().contains("read-only"), "{}", stage.text());
    stage.press("P");
    assert_eq!(stage.app.overlays().len(), 0);
    accounts(&mut stage, |_| (), false);
    assert!(stage.text().contains("P purge"), "{}", stage.text());
}

#[test]
fn a_plan_that_was_made_before_its_account_was_protected_cannot_be_sent() {
    let mut stage = Stage::new((120, 40));
    let resources = Arc::new(Vec::new());
    stage.report(Report::Event(Event::Resources { account: "edge-test".into(), resources }));
    stage.press("P");
    stage.type_text("https://www.site.com/img/a.jpg");
    stage.press("ctrl-p");
    let open = stage.app.overlays().len();
    assert_eq!(open, 2, "{}", stage.text());
    accounts(&mut stage, |account| account.badge = Some("NEW".to_owned()), false);
    assert_eq!(stage.app.overlays().len(), 2);
    accounts(&mut stage, |account| account.protected = true, false);
    assert_eq!(stage.app.overlays().len(), 1);
    let words = "The configuration protects other purges now";
    assert!(stage.text().contains(words), "{}", stage.text());
    stage.press("enter");
    let sent = |effect: &Effect| matches!(effect, Effect::Order(Order::Enqueue { .. }));
    assert!(!stage.take_asked().iter().any(sent));
}
