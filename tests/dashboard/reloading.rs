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

fn settings(stage: &mut Stage, views: Vec<SavedView>, changed: &[&'static str], later: bool) {
    let settings = LiveSettings { views, changed: changed.to_vec(), later, ..Default::default() };
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
    settings(&mut stage, vec![view("Mine", "kind:all")], &["views"], false);
    assert_eq!(tabs(&stage), ["All", "Unfinished", "Failed 24h", "Mine"]);
    assert!(stage.text().contains("Configuration reloaded: views."), "{}", stage.text());
    stage.press("4");
    assert_eq!(stage.app.workspace().view(), "Mine");
    let two = vec![view("Other", ""), view("Mine", "kind:url")];
    settings(&mut stage, two, &["theme", "views"], true);
    assert_eq!(tabs(&stage), ["All", "Unfinished", "Failed 24h", "Other", "Mine"]);
    assert_eq!(stage.app.workspace().view(), "Mine");
    let words = "Configuration reloaded: theme, views. The rest counts from the next start.";
    assert!(stage.text().contains(words), "{}", stage.text());
    settings(&mut stage, Vec::new(), &["views"], false);
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
    settings(&mut stage, vec![saved.unwrap()], &["views"], false);
    assert!(!stage.text().contains("reloaded"), "{}", stage.text());
    assert_eq!(tabs(&stage).last().unwrap(), "mine");
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
