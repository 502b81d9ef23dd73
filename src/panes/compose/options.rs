//! Options of a draft beside its targets: kind, mode, resource.

use std::collections::BTreeSet;

use crate::domain::document::DocumentFormat;
use crate::domain::event::Level;
use crate::domain::kind::Kind;
use crate::domain::limits::{Hardness, Mode};
use crate::domain::resource::ResourceState;
use crate::panes::{Opening, PaneCtx, Pick, PickFor, PickItem, PickValue, Update};

use super::ComposePane;

impl ComposePane {
    pub(super) fn next_kind(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let kinds = self.kinds(ctx).into_iter();
        self.kept.draft.kind = kinds.map(Some).find(|kind| *kind > self.draft().kind).flatten();
        self.changed(ctx)
    }

    /// The kinds that a vendor of the draft's offers; without a target yet, that any does. While no
    /// vendor's limits are known, all.
    fn kinds(&self, ctx: &PaneCtx<'_>) -> BTreeSet<Kind> {
        let mut accounts = self.accounts();
        if accounts.is_empty() && !self.draft().is_empty() {
            // A kind that its vendor has not leaves the draft without a target.
            accounts.extend(self.recent_of.iter().map(|(account, _)| account));
        }
        let limits = ctx.known.limits.iter();
        let of_draft = limits.filter(|(name, _)| accounts.is_empty() || accounts.contains(name));
        let kinds: BTreeSet<Kind> =
            of_draft.flat_map(|(_, limits)| limits.rules.keys().copied()).collect();
        if kinds.is_empty() { Kind::EVERY.into() } else { kinds }
    }

    /// The modes that the vendors of the draft's resources offer, each once; of those that do the
    /// same, the first stands for all.
    pub(super) fn modes(&self, ctx: &PaneCtx<'_>) -> Vec<Mode> {
        let mut modes: Vec<Mode> = Vec::new();
        for (account, _) in &self.recent_of {
            let Some(limits) = ctx.known.limits.get(account) else {
                continue;
            };
            for rule in limits.rules.values() {
                let before: Vec<Hardness> = modes.iter().map(|mode| mode.hardness).collect();
                let new = rule.modes.iter().filter(|mode| !before.contains(&mode.hardness));
                modes.extend(new);
            }
        }
        modes
    }

    pub(super) fn next_mode(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let modes = self.modes(ctx);
        if modes.is_empty() {
            return Update::say(Level::Info, "The vendor of these targets purges in one way only.");
        }
        let at =
            self.draft().mode.as_ref().and_then(|mode| modes.iter().position(|it| it.word == mode));
        let next = at.map_or(usize::from(modes.len() > 1), |at| (at + 1) % modes.len());
        let Some(mode) = modes.get(next) else {
            return Update::taken();
        };
        self.kept.draft.mode = Some(mode.word.to_owned());
        let words = format!("{} ({}): {}", mode.word, mode.hardness.word(), mode.meaning);
        self.changed(ctx).and(Update::say(Level::Info, words))
    }

    /// Offers the formats: the one that the text is recognised as first.
    pub(super) fn pick_format(&self) -> Update {
        let chosen = self.draft().format;
        let item = |format: Option<DocumentFormat>, text: &str, note: &str| PickItem {
            value: PickValue::Text(format.map_or("", DocumentFormat::word).to_owned()),
            text: text.to_owned(),
            note: note.to_owned(),
            chosen: chosen == format,
            key: None,
        };
        let mut items = vec![item(None, "as recognised", "by the form of the text")];
        let formats = DocumentFormat::EVERY.into_iter();
        items.extend(formats.map(|it| item(Some(it), it.word(), it.meaning())));
        Update::open(Opening::Pick(Pick {
            purpose: PickFor::Format,
            title: "Read the text as".to_owned(),
            items,
        }))
    }

    /// Reads the text in the format that was picked.
    pub(super) fn choose_format(
        &mut self,
        picked: Option<&PickValue>,
        ctx: &PaneCtx<'_>,
    ) -> Update {
        if let Some(PickValue::Text(word)) = picked {
            self.kept.draft.format = DocumentFormat::from_word(word);
        }
        let update = self.changed(ctx);
        let words = self.checked.linted.read_as.words();
        update.and(Update::say(Level::Info, sentence(&words)))
    }

    pub(super) fn pick_resource(&self, ctx: &PaneCtx<'_>) -> Update {
        let mut items = Vec::new();
        for resource in ctx.known.all_resources() {
            if resource.state == ResourceState::Deleted {
                continue;
            }
            let chosen =
                self.draft().resource.as_ref().is_some_and(|(account, id)| {
                    *account == resource.account && *id == resource.id
                });
            items.push(PickItem {
                value: PickValue::Resource(resource.account.clone(), resource.id.clone()),
                text: resource.cname.clone(),
                note: resource.account.to_string(),
                chosen,
                key: None,
            });
        }
        if items.is_empty() {
            return Update::say(Level::Warning, "No account's resources are known yet.");
        }
        Update::open(Opening::Pick(Pick {
            purpose: PickFor::Resource,
            title: "Resource for targets without a host".to_owned(),
            items,
        }))
    }
}

/// Begins a sentence with a capital and ends it.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    format!("{}{}.", first.collect::<String>(), letters.as_str())
}
