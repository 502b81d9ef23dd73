//! Finding things: the palette by words, and what it does with the choice.

use purgedeck::app::Setup;
use purgedeck::commands::Command;
use purgedeck::effect::{Effect, TerminalEffect};

use super::stage::Stage;

fn stage() -> Stage {
    let themes = [("default", "dark, safe for colour-blind people"), ("light", "bright")];
    let themes = themes.map(|(name, note)| (name.to_owned(), note.to_owned())).to_vec();
    let config_file = Some("/etc/purgedeck.toml".into());
    let setup = Setup { themes, config_file, ..super::stage::setup() };
    let mut stage = Stage::empty((120, 40), 400, setup);
    stage.start();
    stage.hear_of_accounts();
    stage.asked.clear();
    stage
}

/// The first row of the palette for a word; the line that stands in its place where nothing fits.
fn first(words: &str) -> String {
    let mut stage = stage();
    stage.press(":");
    stage.type_text(words);
    let text = stage.text();
    let mut lines = text.lines().skip_while(|line| !line.contains("▌Find"));
    let title = lines.next().unwrap_or_else(|| panic!("no palette: {text}"));
    let left = title.chars().position(|it| it == '▌').unwrap();
    let row: String =
        lines.nth(1).unwrap().chars().skip(left).take_while(|it| *it != '│').collect();
    row.trim_start_matches(['▸', ' ']).trim_end().to_owned()
}

#[test]
fn a_word_finds_what_an_operator_means_by_it() {
    for (words, expected) in [
        ("config", "config-path"),
        ("settings", "config-path"),
        ("prod", "account                  edge-prod"),
        ("edge-test", "account                  edge-test"),
        ("dark", "theme                    default"),
        ("theme light", "theme                    light"),
        ("pause", "queue-pause"),
        ("resume", "queue-pause"),
        ("cancel", "queue-cancel"),
        ("utc", "zone-turn"),
        ("timezone", "zone-turn"),
        ("csv", "export"),
        ("download", "export"),
        ("save", "save-view"),
        ("exit", "quit"),
        ("qui", "quit"),
        ("redo", "purge-again"),
        ("purge again", "purge-again"),
        ("again purge", "purge-again"),
        ("search", "filter-edit"),
        ("order", "sort-turn"),
        ("hosts", "pick-cname"),
        ("keys", "help"),
        ("yank", "copy"),
        ("dry-run", "compose-plan"),
        ("failed", "view-3                   Failed 24h"),
        ("unfinished", "view-2                   Unfinished"),
        ("img", "host                     img.site.com"),
        ("shop.ex", "host                     static.shop.example"),
        ("PURGE", "purge-compose"),
        ("suspend", "suspend"),
        ("pucom", "purge-compose"),
    ] {
        let row = first(words);
        assert!(row.starts_with(expected), "{words}: {row}");
    }
}

#[test]
fn what_nothing_fits_is_no_match() {
    for words in ["zzz", "xqj", "uspen", "pause host", "cnfg", "deploy"] {
        assert_eq!(first(words), "No match", "{words}");
    }
}

#[test]
fn nothing_that_sends_suspends_or_quits_comes_first_by_a_beginning_of_one_or_two_letters() {
    for letter in 'a'..='z' {
        for words in [letter.to_string(), format!("{letter}u"), format!("{letter}e")] {
            let row = first(&words);
            let name = row.split_whitespace().next().unwrap_or_default();
            let risky = Command::from_name(name).is_some_and(Command::is_risky);
            assert!(!risky || words == name, "{words}: {row}");
        }
    }
}

#[test]
fn every_command_of_every_context_is_found_by_its_name() {
    for &command in Command::EVERY {
        let row = first(command.about().name);
        assert!(row.starts_with(command.about().name), "{command:?}: {row}");
    }
}

#[test]
fn what_cannot_be_used_here_says_where_it_can_and_changes_nothing() {
    let mut stage = stage();
    stage.press(":");
    stage.type_text("pause");
    assert!(stage.text().contains("(In the queue only)"), "{}", stage.text());
    stage.press("enter");
    assert!(stage.text().contains("In the queue only."), "{}", stage.text());
    assert_eq!(stage.take_asked(), []);
    let mut stage = self::stage();
    stage.press("Q :");
    stage.type_text("failed");
    assert!(!stage.text().contains("(In the queue only)"), "{}", stage.text());
}

#[test]
fn a_host_or_an_account_narrows_the_focused_pane() {
    let mut stage = stage();
    stage.press(":");
    stage.type_text("dl.example");
    stage.press("enter");
    assert_eq!(stage.filter(), "cname:dl.example.org");
    stage.press(":");
    stage.type_text("prod");
    stage.press("enter");
    assert_eq!(stage.filter(), "cname:dl.example.org account:edge-prod");
    assert_eq!(stage.app.overlays().len(), 0);
}

#[test]
fn a_view_is_shown_by_its_name_also_from_above_the_queue() {
    let mut stage = stage();
    stage.press("Q :");
    stage.type_text("failed");
    stage.press("enter");
    assert_eq!(stage.app.workspace().tabs().1, 2);
    assert_eq!(stage.app.overlays().len(), 0);
}

#[test]
fn a_theme_is_used_at_once_and_the_configurations_path_is_told() {
    let mut stage = stage();
    stage.press(":");
    stage.type_text("light");
    stage.press("enter");
    let use_light = Effect::Terminal(TerminalEffect::UseTheme("light".to_owned()));
    assert_eq!(stage.take_asked(), [use_light]);
    stage.press(":");
    stage.type_text("config");
    stage.press("enter");
    assert!(stage.text().contains("/etc/purgedeck.toml"), "{}", stage.text());
}
