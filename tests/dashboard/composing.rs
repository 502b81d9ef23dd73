//! Composing by keys: fixes, errors dropped, pages and directories, hosts of unread accounts, and
//! the plan that comes of it.

use std::sync::Arc;

use purgedeck::app::{Input, Msg, Setup};
use purgedeck::domain::event::{AccountStatus, Event};
use purgedeck::domain::failure::{Cause, Failure};
use purgedeck::domain::kind::Kind;
use purgedeck::domain::plan::Preview;
use purgedeck::domain::purge::Target;
use purgedeck::effect::{Answer, Effect, Order, Query, Report, TerminalEffect};

use super::stage::{Stage, setup};

fn pasted(size: (u16, u16), text: &str) -> Stage {
    let mut stage = Stage::alone(size);
    stage.press("P");
    stage.send(Msg::Input(Input::Paste(text.to_owned())));
    stage
}

/// The text of the draft that was kept last.
fn draft(stage: &mut Stage) -> String {
    let asked = stage.take_asked();
    let kept = asked.into_iter().rev().find_map(|effect| match effect {
        Effect::Order(Order::KeepDraft(kept)) => Some(kept.draft.text),
        _ => None,
    });
    kept.expect("a draft was kept")
}

/// The words on the screen, as if no line were broken.
fn words(stage: &Stage) -> String {
    let text = stage.text().replace(['│', '\n'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn copied(asked: &[Effect]) -> Option<&str> {
    asked.iter().find_map(|effect| match effect {
        Effect::Terminal(TerminalEffect::Copy(text)) => Some(text.as_str()),
        _ => None,
    })
}

fn sends(asked: &[Effect]) -> bool {
    asked.iter().any(|effect| matches!(effect, Effect::Order(Order::Enqueue { .. })))
}

#[test]
fn a_paste_opens_at_its_first_error_and_a_key_fixes_what_can_be_fixed() {
    for size in [(160, 50), (80, 24), (60, 20)] {
        let lines = "https://www.site.com/a.jpg\nhttps://www.site.com/a b.jpg#top\n\
                     https://nowhere.example/x\nhttps://www.site.com/c d.jpg";
        let mut stage = pasted(size, lines);
        assert!(stage.text().contains("ctrl-g"), "{}", stage.text());
        stage.press("ctrl-g");
        assert_eq!(draft(&mut stage).lines().nth(1), Some("https://www.site.com/a%20b.jpg#top"));
        stage.press("ctrl-g ctrl-n");
        assert_eq!(draft(&mut stage).lines().nth(1), Some("https://www.site.com/a%20b.jpg"));
        stage.press("ctrl-g");
        assert!(stage.text().contains("No finding of this line has a fix"), "{}", stage.text());
        stage.press("ctrl-n alt-g alt-x");
        assert_eq!(
            draft(&mut stage),
            "https://www.site.com/a.jpg\nhttps://www.site.com/a%20b.jpg\n\
             https://www.site.com/c%20d.jpg"
        );
        stage.press("ctrl-p");
        assert!(stage.text().contains("Plan:"), "{}", stage.text());
    }
}

#[test]
fn what_has_errors_is_dropped_by_one_key_and_comes_back_by_undo() {
    let mut lines: Vec<String> =
        (0..250).map(|n| format!("https://www.site.com/img/{n}.jpg")).collect();
    for wrong in [3, 40, 41, 100, 200, 249] {
        lines[wrong] = format!("https://nowhere.example/{wrong}");
    }
    let mut stage = pasted((80, 24), &lines.join("\n"));
    let text = stage.text();
    assert!(text.contains("on 5 lines"), "equal findings are one line: {text}");
    stage.press("alt-x");
    assert!(stage.text().contains("6 entries with errors dropped"), "{}", stage.text());
    assert_eq!(draft(&mut stage).lines().count(), 244);
    stage.press("ctrl-z");
    assert_eq!(draft(&mut stage), lines.join("\n"));
    stage.press("alt-x ctrl-p");
    assert!(stage.text().contains("Plan:"), "{}", stage.text());
}

#[test]
fn a_line_is_deleted_by_one_key() {
    let mut stage = pasted((80, 24), "https://www.site.com/a\nhttps://www.site.com/b");
    stage.press("up alt-k");
    assert_eq!(draft(&mut stage), "https://www.site.com/b");
}

#[test]
fn a_pasted_page_is_that_page_and_a_key_makes_the_directory_of_it() {
    for page in ["https://www.site.com/", "https://www.site.com", "https://www.site.com/news/"] {
        let mut stage = pasted((80, 24), page);
        stage.press("ctrl-p");
        let text = stage.text();
        assert!(text.contains("url") && text.contains("enter sends it"), "{page}: {text}");
        stage.press("esc ctrl-t");
        let directory = format!("{}/*", page.trim_end_matches('/'));
        assert_eq!(draft(&mut stage), directory);
        stage.press("ctrl-p");
        let text = stage.text();
        let everything = directory.ends_with("com/*");
        assert_eq!(text.contains("removes the whole resource"), everything, "{text}");
        assert_eq!(text.contains("S sends it"), !everything, "{text}");
    }
}

#[test]
fn in_the_plan_y_copies_and_only_the_other_key_sends() {
    let mut stage = pasted((100, 30), "https://www.site.com/img/*");
    stage.press("ctrl-p");
    stage.take_asked();
    stage.press("y");
    let asked = stage.take_asked();
    assert_eq!(copied(&asked), Some("https://www.site.com/img/*"));
    assert!(!sends(&asked));
    assert!(
        stage.text().contains("Sent 1 target to the terminal's clipboard."),
        "{}",
        stage.text()
    );
    stage.press("enter");
    assert!(!sends(&stage.take_asked()));
    stage.press("S");
    assert!(sends(&stage.take_asked()));
}

/// A stage where one account was not read.
fn unread(failure: Option<Failure>) -> Stage {
    let mut setup = setup();
    setup.accounts.push(purgedeck::domain::account::Account::new("edge-far", "farcdn"));
    let mut far = Stage::empty((160, 50), 40, setup);
    far.store[5].1.account = "edge-far".into();
    "far.example.org".clone_into(&mut far.store[5].1.cname);
    far.start();
    far.hear_of_accounts();
    let status = AccountStatus { failure, initial_sync_done: true, ..AccountStatus::default() };
    far.report(Report::Event(Event::Account { account: "edge-far".into(), status }));
    far
}

#[test]
fn a_host_of_an_account_that_could_not_be_read_is_named_as_such() {
    let failure = Failure { http_status: Some(503), ..Failure::new(Cause::VendorError) };
    let mut stage = unread(Some(failure));
    stage.press("P");
    stage.type_text("https://far.example.org/a.jpg");
    let text = stage.text();
    assert!(text.contains("edge-far could not be read (503 vendor error)"), "{text}");
    assert!(text.contains("edge-far served far.example.org before"), "{text}");
    assert!(!text.contains("No account serves"), "{text}");
    let mut stage = unread(None);
    stage.press("P");
    stage.type_text("https://other.example.org/a.jpg");
    let text = stage.text();
    assert!(text.contains("edge-far is not read yet"), "{text}");
    assert!(!text.contains("No account serves") && !text.contains("before"), "{text}");
}

#[test]
fn a_copied_command_says_that_it_removes_everything() {
    let mut stage = Stage::new((100, 30));
    stage.press("/");
    stage.type_text("kind:all");
    stage.press("enter space space Y");
    let asked = stage.take_asked();
    let (ticket, requests) = asked
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Query(Query::Preview { ticket, requests }) => Some((ticket, requests)),
            _ => None,
        })
        .expect("the commands are asked for");
    assert_eq!(requests.len(), 2);
    let previews = requests.iter().map(|_| Preview {
        method: "POST".to_owned(),
        url: String::new(),
        headers: Vec::new(),
        body: String::new(),
        curl: "curl -X POST https://api.example/purge".to_owned(),
    });
    stage.report(Report::Answer(Answer::Previewed { ticket, previews: previews.collect() }));
    let text = stage.text();
    assert!(text.contains("Sent 2 commands for curl"), "{text}");
    assert!(text.contains("2 of them remove everything"), "{text}");
}

#[test]
fn a_plan_for_production_looks_like_it_and_says_why_and_by_which_ticket() {
    for size in [(160, 50), (80, 24), (60, 20)] {
        let mut setup = setup();
        setup.accounts[0].protected = true;
        let mut stage = Stage::empty(size, 40, setup);
        stage.start();
        stage.hear_of_accounts();
        stage.report(Report::Event(Event::Resources {
            account: "edge-test".into(),
            resources: Arc::new(Vec::new()),
        }));
        stage.press("P");
        for n in 0..12 {
            stage.type_text(&format!("https://www.site.com/img/{n}.jpg"));
            stage.press("enter");
        }
        stage.press("tab");
        stage.type_text("INC-2231 stale hero");
        stage.press("tab");
        stage.type_text("INC-2231");
        assert!(stage.text().contains(" PROD  edge-prod"), "{}", stage.text());
        stage.press("ctrl-p");
        let text = stage.text();
        assert!(text.contains(" PROD  edge-prod"), "{text}");
        assert!(text.contains("reason: INC-2231 stale hero"), "{text}");
        assert!(text.contains("protected by the configuration"), "{text}");
        insta::assert_snapshot!(format!("plan-production_{}x{}", size.0, size.1), stage.picture());
    }
}

#[test]
fn the_advice_of_a_finding_can_be_read_whole_in_little_room() {
    for size in [(160, 50), (80, 24), (60, 20)] {
        let stage = pasted(size, "https://www.site.com/a b.jpg\nhttps://nowhere.example/x");
        let words = words(&stage);
        let blank =
            "PD007 There is a blank inside; write %20, or put each entry on a line of its own.";
        assert!(words.contains(blank), "{size:?}: {}", stage.text());
        // What is cut says so, and its line comes next.
        let next = "PD002 No account serves nowhere.example.";
        assert!(words.contains(next), "{size:?}: {}", stage.text());
    }
}

#[test]
fn a_paste_on_the_board_opens_compose_with_it() {
    for keys in ["j", "enter", "enter tab"] {
        let mut stage = Stage::alone((80, 24));
        stage.press(keys);
        stage.take_asked();
        let text = "https://www.site.com/a.jpg\r\nhttps://nowhere.example/x\r\n";
        stage.send(Msg::Input(Input::Paste(text.to_owned())));
        assert!(stage.text().contains("Compose"), "{keys}: {}", stage.text());
        assert_eq!(draft(&mut stage), text.replace('\r', ""));
        stage.press("ctrl-d");
        // A second one goes into the same draft, and none into a plan or a list.
        stage.send(Msg::Input(Input::Paste("https://www.site.com/b.jpg".to_owned())));
        assert_eq!(draft(&mut stage).lines().count(), 3, "{keys}");
        stage.press("esc Q");
        stage.take_asked();
        stage.send(Msg::Input(Input::Paste(text.to_owned())));
        assert_eq!(stage.take_asked(), [], "{keys}");
        let told = words_of_notice(&stage);
        assert!(told.contains("Nothing was pasted: there is no text field here."), "{told}");
    }
    let mut stage = Stage::empty((80, 24), 40, Setup { read_only: true, ..setup() });
    stage.start();
    stage.take_asked();
    stage.send(Msg::Input(Input::Paste("https://www.site.com/a.jpg".to_owned())));
    assert_eq!(stage.take_asked(), []);
    assert!(stage.text().to_lowercase().contains("read-only"), "{}", stage.text());
}

#[test]
fn purges_of_mixed_kinds_are_drafted_each_as_it_was_and_what_cannot_be_is_named() {
    let mut stage = Stage::empty((100, 30), 40, setup());
    let kinds = [(Some(Kind::Pattern), "/app"), (Some(Kind::Url), "/app"), (None, "/x")];
    for ((_, purge), (kind, target)) in stage.store.iter_mut().zip(kinds) {
        (purge.account, purge.resource) = ("edge-prod".into(), "0".into());
        "www.site.com".clone_into(&mut purge.cname);
        (purge.kind, purge.targets) = (kind, vec![Target::new(target)]);
    }
    stage.start();
    stage.hear_of_accounts();
    stage.press("space space space R");
    let asked = stage.take_asked();
    let kept = asked.into_iter().rev().find_map(|effect| match effect {
        Effect::Order(Order::KeepDraft(kept)) => Some(kept.draft),
        _ => None,
    });
    let kept = kept.expect("a draft was kept");
    assert_eq!(kept.text, "/app\nhttps://www.site.com/app");
    assert_eq!(kept.kind_of("/app"), Some(Kind::Pattern));
    let words = words(&stage);
    assert!(words.contains("1 of 3 purges left out"), "{}", stage.text());
    assert!(words.contains("pattern") && words.contains("url"), "{}", stage.text());
    // Of one alone, there is nothing to draft.
    stage.press("esc esc g j j R");
    assert!(words_of_notice(&stage).contains("nothing to purge again"), "{}", stage.text());
}

#[test]
fn a_paste_where_nothing_is_typed_says_so_and_says_yes_to_nothing() {
    let text = "S\ny\nwww.site.com\n";
    for keys in ["Q", "A", "L", "!", "D", "b", "c"] {
        let mut stage = Stage::alone((120, 30));
        stage.press(keys);
        let overlays = stage.app.overlays().len();
        stage.take_asked();
        stage.send(Msg::Input(Input::Paste(text.to_owned())));
        assert_eq!(stage.take_asked(), [], "{keys}");
        assert_eq!(stage.app.overlays().len(), overlays, "{keys}: {}", stage.text());
        let told = stage.text();
        assert!(told.contains("Press esc to close this, and paste on the board"), "{keys}: {told}");
        // Blanks are nothing to speak of.
        stage.press("esc");
        stage.press(keys);
        stage.send(Msg::Input(Input::Paste(" \n".to_owned())));
        assert_eq!(stage.app.overlays().len(), overlays, "{keys}");
    }
    // A plan is confirmed by keys alone.
    let mut stage = pasted((120, 30), "https://www.site.com/img/*");
    stage.press("ctrl-p");
    stage.take_asked();
    stage.send(Msg::Input(Input::Paste(text.to_owned())));
    assert_eq!(stage.take_asked(), []);
    assert!(words_of_notice(&stage).contains("Nothing was pasted"), "{}", stage.text());
}

fn words_of_notice(stage: &Stage) -> String {
    let text = stage.text();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len() - 3..lines.len() - 1].join(" ")
}
