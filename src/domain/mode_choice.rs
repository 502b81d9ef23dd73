//! The mode that was chosen for a draft. A vendor's word for one goes for all others by its
//! hardness.

use super::limits::{Hardness, KindRule, Limits, Mode};

/// A chosen mode: a vendor's own word, or one for a hardness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModeChoice<'a> {
    /// The word that was chosen.
    pub word: &'a str,
    /// The hardness that it stands for; `None` for a word that no vendor has.
    pub hardness: Option<Hardness>,
}

impl<'a> ModeChoice<'a> {
    /// Makes the choice of a word: `hard`, `soft` or `changed`, or a mode of these vendors.
    pub fn new<'l>(word: &'a str, limits: impl IntoIterator<Item = &'l Limits>) -> Self {
        let of_vendor = |limits: &Limits| {
            let mut modes = limits.rules.values().flat_map(|rule| &rule.modes);
            modes.find(|mode| mode.word == word).map(|mode| mode.hardness)
        };
        let by_word = Hardness::of_choice(word);
        Self { word, hardness: by_word.or_else(|| limits.into_iter().find_map(of_vendor)) }
    }

    /// Returns the mode that a rule has for it: the one of its word, else the first of its
    /// hardness; `None` where there is neither.
    pub fn of_rule<'r>(&self, rule: &'r KindRule) -> Option<&'r Mode> {
        let own = rule.modes.iter().find(|mode| mode.word == self.word);
        own.or_else(|| rule.modes.iter().find(|mode| Some(mode.hardness) == self.hardness))
    }

    /// Returns true if a purge by this rule does what was chosen.
    pub fn is_met_by(&self, rule: &KindRule) -> bool {
        if rule.modes.is_empty() {
            self.hardness == Some(Hardness::Hard)
        } else {
            self.of_rule(rule).is_some()
        }
    }
}

/// Returns the mode in which a purge by a rule goes out: the chosen one where there is one for it,
/// else the default; `None` where the rule has no modes.
pub fn mode_of<'r>(rule: &'r KindRule, choice: Option<&ModeChoice<'_>>) -> Option<&'r Mode> {
    choice.and_then(|choice| choice.of_rule(rule)).or_else(|| rule.modes.first())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::kind::Kind;
    use crate::testing::{directory_limits, path_limits};

    #[test]
    fn a_chosen_mode_goes_for_every_vendor_by_its_hardness() {
        let here = directory_limits();
        let mut there = directory_limits();
        there.rule_mut(Kind::Pattern).unwrap().modes = vec![
            Mode { word: "invalidate", meaning: "", hardness: Hardness::Soft },
            Mode { word: "force", meaning: "", hardness: Hardness::Hard },
        ];
        let both = [&here, &there];
        let rules = both.map(|limits| limits.rule(Kind::Pattern).unwrap());
        for (word, words) in [
            (None, ["flush", "invalidate"]),
            (Some("delete"), ["delete", "force"]),
            (Some("force"), ["delete", "force"]),
            (Some("hard"), ["delete", "force"]),
            (Some("soft"), ["flush", "invalidate"]),
            (Some("invalidate"), ["flush", "invalidate"]),
            (Some("changed"), ["flush", "invalidate"]),
            (Some("burn"), ["flush", "invalidate"]),
        ] {
            let choice = word.map(|word| ModeChoice::new(word, both));
            let got = rules.map(|rule| mode_of(rule, choice.as_ref()).unwrap().word);
            assert_eq!(got, words, "{word:?}");
        }
        let soft = ModeChoice::new("soft", both);
        assert_eq!(rules.map(|rule| soft.is_met_by(rule)), [false, true]);
        let paths = path_limits();
        let url = paths.rule(Kind::Url).unwrap();
        assert!(!soft.is_met_by(url) && ModeChoice::new("force", both).is_met_by(url));
        assert_eq!(mode_of(url, Some(&soft)), None);
    }
}
