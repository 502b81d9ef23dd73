//! `config.example.toml`, generated from the keys of [`super::schema`] and [`super::vendors`].

use std::fmt::Write as _;

use super::schema::{AccountSettings, HookSettings, Settings, Table, ViewSettings, variable};
use super::value::to_toml;
use super::vendors::VENDORS;
use crate::theme::Theme;

/// Width of a comment, in characters.
const WIDTH: usize = 100;

/// Returns the example file. It has every key, switched off by a `#` without a space behind it;
/// without these, the text is a valid configuration.
pub fn example() -> String {
    let mut text = String::new();
    comment(
        &mut text,
        "purgedeck's configuration, with every key there is. A line that begins with # and no \
         space is a setting that is switched off: above the first [table] these show the default, \
         below it an example. From strong to weak: flag, environment, this file, default.",
    );
    comment(
        &mut text,
        "No file is needed: for a provider without an account in this file, these variables make \
         an account with the provider's name.",
    );
    for vendor in VENDORS {
        let _ = write!(text, "#   {}:", vendor.name);
        for variable in vendor.environment {
            let (open, close) = if variable.needed { ("", "") } else { ("[", "]") };
            let _ = write!(text, " {open}{}{close}", variable.name);
        }
        text.push('\n');
    }
    text.push('\n');
    for (key, (name, default, _)) in Settings::KEYS.iter().zip(Settings::default().entries()) {
        let help = key.help.replace("{themes}", &Theme::list());
        comment(&mut text, &format!("{help} (${})", variable(name)));
        setting(&mut text, name, &default);
    }
    text.push('\n');
    comment(
        &mut text,
        "Accounts. This file never holds a secret, but its source: { env = \"NAME\" }, { file = \
         \"PATH\" } (readable by you alone, mode 600), or { command = [\"PROGRAM\", \"ARGUMENT\"] \
         } (started without a shell when the secret is first needed; its output is the secret).",
    );
    for (index, vendor) in VENDORS.iter().enumerate() {
        text.push('\n');
        comment(&mut text, &format!("An account at {}.", vendor.title));
        text.push_str("#[[account]]\n");
        setting(&mut text, "name", &to_toml(&format!("{}-prod", vendor.name)));
        setting(&mut text, "provider", &to_toml(vendor.name));
        for key in vendor.keys {
            comment(&mut text, key.help);
            setting(&mut text, key.name, key.example);
        }
        if index == 0 {
            comment(&mut text, "The following keys are for accounts at every provider.");
            // Without the name and the provider.
            keys::<AccountSettings>(&mut text, 2);
        }
    }
    text.push('\n');
    comment(
        &mut text,
        "Views: named filters on the tabs, in this order. `W` on the screen adds one here.",
    );
    text.push_str("#[[view]]\n");
    keys::<ViewSettings>(&mut text, 0);
    text.push('\n');
    comment(
        &mut text,
        "Hooks: a program and its arguments, started without a shell, when something became of a \
         purge of yours. It gets the request as one JSON object on its standard input, as `queue \
         list --format json` has it, with \"event\". It has 30 s; two run at once, the others \
         wait. Run by the purgedeck that saw the end, once, not for the demo, and not with \
         --offline. A change takes effect at the next start.",
    );
    text.push_str("#[hooks]\n");
    keys::<HookSettings>(&mut text, 0);
    text.push('\n');
    comment(
        &mut text,
        "Keys that differ from the defaults: a command's name and its key, or a list of keys, or \
         [] for none. `purgedeck keys` lists all commands.",
    );
    text.push_str("#[keys]\n");
    text
}

fn keys<T: Table>(text: &mut String, skipped: usize) {
    for key in T::KEYS.iter().skip(skipped) {
        comment(text, key.help);
        setting(text, key.name, key.example.unwrap_or_default());
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
