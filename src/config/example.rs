//! `config.example.toml`, written of the table of keys.

use std::fmt::Write as _;

use super::schema::{ACCOUNT, Key, TOP, VIEW};
use super::vendors::VENDORS;

/// The width of a comment, in characters.
const WIDTH: usize = 100;

/// The example file. Every key of the table stands in it, switched off by a `#` without a blank behind it; with these
/// taken away, the text is a valid configuration.
pub fn example() -> String {
    let mut text = String::new();
    comment(
        &mut text,
        "purgedeck's configuration. Every key there is stands here. A line that begins with # and no blank is a setting \
         switched off: those above the first [table] show the default, the others an example. What counts, from strong \
         to weak: flag, environment, this file, default.",
    );
    comment(
        &mut text,
        "No file is needed: where no account of a provider stands here, these variables make one that is named after it.",
    );
    for vendor in VENDORS {
        let names: Vec<String> = vendor
            .environment
            .iter()
            .map(|variable| {
                if variable.needed {
                    variable.name.to_owned()
                } else {
                    format!("[{}]", variable.name)
                }
            })
            .collect();
        let _ = writeln!(text, "#   {}: {}", vendor.name, names.join(" "));
    }
    text.push('\n');
    for key in TOP {
        describe(&mut text, key);
        setting(&mut text, key.name, key.example);
    }
    text.push('\n');
    comment(
        &mut text,
        "Accounts. A secret never stands in this file; say where it is to be had: { env = \"NAME\" }, \
         { file = \"PATH\" } (readable by you alone, mode 600), or { command = [\"PROGRAM\", \"ARGUMENT\"] } (started \
         without a shell when the secret is first needed; its output is the secret).",
    );
    for (index, vendor) in VENDORS.iter().enumerate() {
        text.push('\n');
        comment(&mut text, &format!("An account at {}.", vendor.title));
        text.push_str("#[[account]]\n");
        setting(&mut text, "name", &format!("\"{}-prod\"", vendor.name));
        setting(&mut text, "provider", &format!("\"{}\"", vendor.name));
        for key in vendor.keys {
            describe(&mut text, key);
            setting(&mut text, key.name, key.example);
        }
        if index == 0 {
            comment(&mut text, "What follows may stand in every account.");
            for key in ACCOUNT.iter().skip(2) {
                describe(&mut text, key);
                setting(&mut text, key.name, key.example);
            }
        }
    }
    text.push('\n');
    comment(
        &mut text,
        "Views: named filters on the tabs, in this order. `W` on the screen adds one here.",
    );
    text.push_str("#[[view]]\n");
    for key in VIEW {
        describe(&mut text, key);
        setting(&mut text, key.name, key.example);
    }
    text.push('\n');
    comment(
        &mut text,
        "Keys that differ from the defaults: a command's name and its key, or a list of keys, or [] for none. \
         `purgedeck keys` lists all commands.",
    );
    text.push_str("#[keys]\n");
    text
}

fn describe(text: &mut String, key: &Key) {
    match key.env {
        Some(variable) => comment(text, &format!("{} (${variable})", key.about)),
        None => comment(text, key.about),
    }
}

fn setting(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "#{name} = {value}");
}

/// Adds words as comment lines, broken between words.
fn comment(text: &mut String, words: &str) {
    let mut width = 0;
    for word in words.split_whitespace() {
        let long = word.chars().count() + 1;
        if width == 0 || width + long > WIDTH {
            if width > 0 {
                text.push('\n');
            }
            text.push('#');
            width = 1;
        }
        text.push(' ');
        text.push_str(word);
        width += long;
    }
    text.push('\n');
}
