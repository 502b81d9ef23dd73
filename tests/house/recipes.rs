//! The README's recipes: each names every file that knows a thing of its kind.

use std::collections::BTreeSet;

use purgedeck::commands::Command;
use purgedeck::domain::findings::Code;
use purgedeck::theme::Theme;
use syn::Item;

use crate::source::{Source, sources};

const README: &str = include_str!("../../README.md");

/// Returns the paths below `src/` that a recipe names, without `src/`. `<…>` stands for a name.
fn files_of(recipe: &str) -> BTreeSet<String> {
    let (_, rest) = README.split_once(&format!("<!-- recipe: {recipe} -->\n")).unwrap();
    let (text, _) = rest.split_once("<!-- /recipe -->").unwrap();
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter_map(|word| word.strip_prefix("src/")).map(str::to_owned).collect()
}

/// Returns whether a path is one of those named: itself, or in a folder that is named.
fn is_named(path: &str, files: &BTreeSet<String>) -> bool {
    files.iter().any(|file| file == path || (file.ends_with('/') && path.starts_with(file)))
}

/// Fails where a file that its recipe does not name has one of these words.
fn hold(recipe: &str, words: &[String], files: &BTreeSet<String>) {
    assert!(!words.is_empty(), "nothing of the kind {recipe} was found");
    let mut unnamed = Vec::new();
    for source in sources() {
        if is_named(&source.path, files) {
            continue;
        }
        let code = source.code();
        for word in words {
            if let Some((number, _)) = code.iter().find(|(_, line)| has_word(line, word)) {
                unnamed.push(format!("src/{}:{number}: {word}", source.path));
            }
        }
    }
    assert!(unnamed.is_empty(), "the recipe {recipe} does not name:\n{}", unnamed.join("\n"));
}

/// Returns whether the word stands in a line, and not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part)
    })
}

/// Returns the source of a file.
fn source(path: &str) -> Source {
    sources().into_iter().find(|source| source.path == path).unwrap()
}

/// Returns the first words of the rows of a table: those that a quoted name follows.
fn rows(path: &str) -> Vec<String> {
    let is_row = |line: &&str| line.starts_with(|it: char| it.is_ascii_uppercase());
    let text = source(path).text;
    text.lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(is_row)
        .filter_map(|line| line.split_once(" \""))
        .map(|(row, _)| row.to_owned())
        .collect()
}

#[test]
fn the_recipe_for_a_command_names_every_file_that_knows_one() {
    let words: Vec<String> =
        Command::EVERY.iter().map(|command| format!("Command::{command:?}")).collect();
    let mut files = files_of("command");
    // They show the keys of commands that exist, and nothing of a new one.
    files.extend(["screen.rs", "screen/", "app/quit.rs"].map(str::to_owned));
    // The subcommands of the command line have an enum of the same name.
    files.insert("cli.rs".to_owned());
    hold("command", &words, &files);
}

#[test]
fn the_recipe_for_an_effect_names_every_file_that_knows_one() {
    let mut words = Vec::new();
    for item in source("effect.rs").items.items {
        if let Item::Enum(item) = item
            && ["Query", "Order", "TerminalEffect"].iter().any(|name| item.ident == name)
        {
            let name = item.ident.to_string();
            words.extend(item.variants.iter().map(|variant| format!("{name}::{}", variant.ident)));
        }
    }
    hold("effect", &words, &files_of("effect"));
}

#[test]
fn the_recipe_for_a_filter_field_names_every_file_that_knows_one() {
    let mut named = files_of("filter field");
    // It makes terms of the fields that panes narrow to.
    named.insert("domain/filter/syntax.rs".to_owned());
    // Times, and what needs code of its own, are not made by a row alone.
    let own = ["Since", "Until", "On", "Sent"];
    let rows: Vec<String> = rows("domain/filter/fields.rs")
        .into_iter()
        .filter(|row| !own.contains(&row.as_str()))
        .collect();
    let types = ["FilterField", "Condition", "Test", "Self"];
    // One field or two may be meant for a reason; an arm for every field is what a recipe is for.
    let knows_them = |source: &Source| {
        let code = source.code();
        let has = |row: &&String| {
            let words: Vec<String> = types.iter().map(|name| format!("{name}::{row}")).collect();
            code.iter().any(|(_, line)| words.iter().any(|word| has_word(line, word)))
        };
        rows.iter().filter(has).count() > rows.len() / 2
    };
    let unnamed: Vec<String> = sources()
        .into_iter()
        .filter(|source| !is_named(&source.path, &named) && knows_them(source))
        .map(|source| source.path)
        .collect();
    assert!(rows.len() > 5, "{rows:?}");
    assert_eq!(unnamed, <[String; 0]>::default(), "the recipe filter field does not name them");
}

#[test]
fn the_recipe_for_a_finding_names_every_file_that_knows_one() {
    let words: Vec<String> = Code::EVERY.iter().map(|code| format!("Code::{code:?}")).collect();
    let mut files = files_of("finding");
    // They hold what all checks share, and the words of refusals on the command line.
    files.extend(["domain/lint.rs", "cli/purge/"].map(str::to_owned));
    hold("finding", &words, &files);
}

#[test]
fn the_recipe_for_an_overlay_names_every_file_that_knows_one() {
    for source in sources() {
        let Some(folder) = source.path.strip_suffix("/view.rs") else { continue };
        let Some((_, rest)) = source.text.split_once("impl Overlay for ") else { continue };
        let pane = rest.split(' ').next().unwrap().to_owned();
        let name = folder.strip_prefix("panes/").unwrap();
        let mut files: BTreeSet<String> =
            files_of("overlay").iter().map(|file| file.replace("<overlay>", name)).collect();
        files.insert(format!("{folder}/"));
        hold("overlay", &[pane], &files);
    }
}

#[test]
fn the_recipe_for_a_theme_names_every_file_that_knows_one() {
    // A theme is known where its file is taken in.
    let words: Vec<String> = Theme::names().map(|name| format!("themes/{name}.toml")).collect();
    hold("theme", &words, &files_of("theme"));
}
