//! The setting of the operator's name.

use std::fmt;
use std::str::FromStr;

use super::value::text_value;

/// Most characters of an operator's name.
const LONGEST: usize = 60;

/// The name of who works here; empty where none is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorName(String);

text_value!(OperatorName, "a name like \"mia\"");

impl FromStr for OperatorName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim();
        if name.chars().any(char::is_control) {
            return Err("an operator's name has no control characters".to_owned());
        }
        if name.chars().count() > LONGEST {
            return Err(format!("an operator's name has at most {LONGEST} characters"));
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for OperatorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl OperatorName {
    /// Returns the name; `None` where none is configured.
    pub fn get(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        for wrong in ["a\nb", "\u{1b}[31mred", "a\0", &"x".repeat(LONGEST + 1)] {
            assert!(wrong.parse::<OperatorName>().is_err(), "{wrong:?}");
        }
        for (text, name) in [(" Mia (deploys) ", Some("Mia (deploys)")), (" ", None), ("", None)] {
            let parsed = text.parse::<OperatorName>().unwrap_or_default();
            assert_eq!(parsed.get(), name);
        }
    }
}
