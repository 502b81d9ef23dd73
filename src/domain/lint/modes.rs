//! Checks the modes of a draft's parts: the chosen one, the defaults, and hard beside soft.

use std::collections::BTreeMap;

use super::notes::Notes;
use super::{LintRun, TargetGroup, shown};
use crate::domain::findings::{Code, Severity};
use crate::domain::kind::Kind;
use crate::domain::limits::{Hardness, KindRule, Mode};
use crate::domain::mode_choice::{ModeChoice, mode_of};

/// Parts that are named in one finding.
const NAMED: usize = 3;

/// A part of a draft, with the rule by which it goes out.
struct ModedPart<'a> {
    cname: String,
    kind: Kind,
    rule: &'a KindRule,
    mode: Option<&'a Mode>,
}

impl ModedPart<'_> {
    fn hardness(&self) -> Hardness {
        self.rule.hardness(self.mode.map(|mode| mode.word))
    }

    /// `dl.site.com by pattern (flush)`.
    fn named(&self) -> String {
        let mode = self.mode.map(|mode| format!(" ({})", mode.word)).unwrap_or_default();
        format!("{} by {}{mode}", self.cname, self.kind)
    }

    fn can_be(&self, hardness: Hardness) -> bool {
        if self.rule.modes.is_empty() {
            hardness == Hardness::Hard
        } else {
            self.rule.modes.iter().any(|mode| mode.hardness == hardness)
        }
    }
}

/// Says what mode each part of a draft has that has a choice, and what does not go together.
pub(super) fn check(run: &LintRun<'_>, groups: &[TargetGroup<'_>], notes: &mut Notes) {
    let choice = run.context.mode_choice(run.draft);
    let parts: Vec<ModedPart<'_>> = groups
        .iter()
        .filter_map(|group| {
            let limits = group.limits?;
            let rule = limits.rule(limits.sent_kind(group.kind))?;
            let mode = mode_of(rule, choice.as_ref());
            Some(ModedPart { cname: shown(&group.resource.cname), kind: group.kind, rule, mode })
        })
        .collect();
    match &choice {
        Some(choice) => check_choice(choice, &parts, notes),
        None => name_defaults(&parts, notes),
    }
    check_mixture(&parts, notes);
}

fn check_choice(choice: &ModeChoice<'_>, parts: &[ModedPart<'_>], notes: &mut Notes) {
    let is_met = parts.iter().any(|part| choice.is_met_by(part.rule));
    for part in parts {
        let ModedPart { cname, kind, rule, .. } = part;
        let words: Vec<&str> = rule.modes.iter().map(|mode| mode.word).collect();
        match (choice.hardness, part.mode) {
            _ if choice.is_met_by(rule) => {}
            (None, Some(_)) => notes.say(
                Code::ModeUnknown,
                format!(
                    "{cname} has no mode {}; it has {}.",
                    shown(choice.word),
                    words.join(" and ")
                ),
            ),
            // Whoever asks for the copies to go must not be told afterwards that they stayed.
            (Some(Hardness::Hard), Some(mode)) => notes.say_weighing(
                Code::ModeNotThere,
                Severity::Error,
                format!(
                    "{cname} has no hard purge by {kind}: {} is {}.",
                    mode.word,
                    mode.hardness.words()
                ),
            ),
            (Some(hardness), Some(mode)) => notes.say(
                Code::ModeNotThere,
                format!(
                    "{cname} has no {} purge by {kind}: its default {} is taken ({}).",
                    hardness.word(),
                    mode.word,
                    mode.hardness.words()
                ),
            ),
            // Where there is nothing to choose, the choice was made for another part of the draft.
            (Some(_), None) if !is_met => notes.say(
                Code::ModeNotThere,
                format!("{cname} is always purged hard by {kind}: {}.", Hardness::Hard.meaning()),
            ),
            (None, None) => notes.say(
                Code::ModeUnknown,
                format!("No vendor of this draft has a mode {}.", shown(choice.word)),
            ),
            (Some(_), None) => {}
        }
    }
}

fn name_defaults(parts: &[ModedPart<'_>], notes: &mut Notes) {
    for ModedPart { cname, kind, rule, mode } in parts {
        let others = rule.modes.iter().skip(1);
        let others: Vec<String> =
            others.map(|mode| format!("{} is {}", mode.word, mode.hardness.word())).collect();
        if let Some(default) = mode
            && !others.is_empty()
        {
            notes.say(
                Code::ModeMissing,
                format!(
                    "By default {cname} is purged by {kind} in the mode {} ({}); {}.",
                    default.word,
                    default.hardness.words(),
                    others.join(", ")
                ),
            );
        }
    }
}

/// Says which part is hard and which is not, where a draft has both, and how to make them alike.
fn check_mixture(parts: &[ModedPart<'_>], notes: &mut Notes) {
    let mut by_hardness: BTreeMap<Hardness, Vec<&ModedPart<'_>>> = BTreeMap::new();
    for part in parts {
        by_hardness.entry(part.hardness()).or_default().push(part);
    }
    if by_hardness.len() < 2 {
        return;
    }
    let sides: Vec<String> = by_hardness
        .iter()
        .map(|(hardness, parts)| {
            let named = parts.iter().take(NAMED).map(|part| part.named());
            let named = named.collect::<Vec<_>>().join(", ");
            let more = match parts.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{}: {named}{more}", hardness.word())
        })
        .collect();
    let shared = [Hardness::Hard, Hardness::Soft, Hardness::ChangedOnly]
        .into_iter()
        .find(|&hardness| parts.iter().all(|part| part.can_be(hardness)));
    let advice = match shared.and_then(|hardness| Some((hardness, word_for(hardness, parts)?))) {
        Some((hardness, word)) => format!("The mode {word} makes all of it {}.", hardness.word()),
        None => "No mode makes them alike.".to_owned(),
    };
    notes.say(Code::MixedHardness, format!("{}. {advice}", sides.join("; ")));
}

/// A word that chooses a hardness at one of the parts, and so at all.
fn word_for(hardness: Hardness, parts: &[ModedPart<'_>]) -> Option<&'static str> {
    let mut modes = parts.iter().flat_map(|part| &part.rule.modes);
    modes.find(|mode| mode.hardness == hardness).map(|mode| mode.word)
}
