//! Reads the value of a variable of the environment, which is text whatever the setting is.

use toml::de::DeValue;

use crate::config::value::{Node, ValueError};

/// The words that switch a setting on, and those that switch it off.
const ON: [&str; 4] = ["1", "yes", "true", "on"];
const OFF: [&str; 4] = ["0", "no", "false", "off"];

/// Reads a variable's text as the setting needs it: as it stands, or as one of the words for on and
/// off.
pub(super) fn read_variable<T>(
    text: &str,
    mut read: impl FnMut(Node<'_>) -> Result<T, ValueError>,
) -> Result<T, ValueError> {
    match read(Node(&DeValue::String(text.into()))) {
        Err(error) if error.is_about_boolean => match switch(text) {
            Some(on) => read(Node(&DeValue::Boolean(on))),
            None => {
                Err(ValueError::new(format!(" must be {} or {}", ON.join(", "), OFF.join(", "))))
            }
        },
        read => read,
    }
}

/// Returns true for a word that means on, false for one that means off.
fn switch(text: &str) -> Option<bool> {
    let is_one_of = |words: [&str; 4]| words.iter().any(|it| text.trim().eq_ignore_ascii_case(it));
    if is_one_of(ON) {
        Some(true)
    } else if is_one_of(OFF) {
        Some(false)
    } else {
        None
    }
}
