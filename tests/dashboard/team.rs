//! A store that a team shares: who reads and who sends, and a store that is out of reach.

use purgedeck::domain::event::{AccountStatus, Event, Holder, StoreError};
use purgedeck::effect::{Effect, Query, Report};

use super::stage::{Stage, just_queued};

fn mia() -> Holder {
    Holder::Named("mia@deploy1".to_owned())
}

#[test]
fn an_account_says_who_reads_it_for_all() {
    let mut stage = Stage::new((120, 30));
    stage.press("A");
    assert!(!stage.text().contains("read by"), "{}", stage.text());
    for (read_by, row, fact) in [
        (Some(mia()), " read by mia@deploy1", "read 10:04:12 by mia@deploy1"),
        (Some(Holder::Unnamed), " read by another purgedeck", "by another purgedeck"),
    ] {
        let synced_at = Some(stage.now);
        let status = AccountStatus { read_by, synced_at, ..AccountStatus::default() };
        stage.report(Report::Event(Event::Account { account: "edge-prod".into(), status }));
        let text = stage.text();
        assert!(text.contains(row) && text.contains(fact), "{text}");
    }
}

#[test]
fn what_waits_says_who_sends_it() {
    let mut stage = Stage::new((120, 30));
    stage.press("Q");
    let entry = just_queued("one", "edge-prod", stage.now);
    stage.report(Report::Event(Event::Journal(Box::new(entry))));
    let says = |stage: &Stage| stage.text().contains("sent by mia@deploy1");
    assert!(!says(&stage));
    let account = || "edge-prod".into();
    stage.report(Report::Event(Event::Sender { account: account(), by: Some(mia()) }));
    assert!(says(&stage), "{}", stage.text());
    stage.report(Report::Event(Event::Sender { account: account(), by: None }));
    assert!(!says(&stage), "{}", stage.text());
}

#[test]
fn a_store_out_of_reach_keeps_its_rows_and_says_since_when_until_it_is_back() {
    let mut stage = Stage::new((120, 30));
    let rows = |stage: &Stage| stage.text().matches("img.site.com").count();
    let before = rows(&stage);
    let since = stage.now;
    for words in ["It refuses.", "It does not answer."] {
        let error = StoreError { words: words.to_owned(), advice: "Wait.".to_owned() };
        stage.report(Report::Event(Event::StoreLost { since, error }));
        stage.now += chrono::TimeDelta::seconds(30);
        stage.press("j k");
        let told = format!("out of reach since 10:04:12. {words} Wait.");
        assert!(stage.text().contains(&told), "{}", stage.text());
        assert_eq!(rows(&stage), before);
    }
    stage.press("Q");
    stage.take_asked();
    stage.report(Report::Event(Event::StoreBack));
    let asked = stage.take_asked();
    let is_queue = |effect: &Effect| matches!(effect, Effect::Query(Query::Queue { .. }));
    assert!(asked.iter().any(is_queue), "{asked:?}");
    assert!(!stage.text().contains("out of reach"), "{}", stage.text());
    assert!(stage.text().contains("can be reached again"), "{}", stage.text());
}
