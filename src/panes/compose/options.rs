//! Options of a draft beside its targets: kind, mode, resource.

use crate::domain::document::DocumentFormat;
use crate::domain::event::Level;
use crate::domain::kind::Kind;
use crate::domain::resource::ResourceState;
use crate::panes::{Opening, PaneCtx, Pick, PickFor, PickItem, PickValue, Update};

use super::ComposePane;

impl ComposePane {
    pub(super) fn next_kind(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.kept.draft.kind = match self.draft().kind {
            None => Some(Kind::Url),
            Some(Kind::Url) => Some(Kind::Pattern),
            Some(Kind::Pattern) => Some(Kind::All),
            Some(Kind::All) => None,
        };
        self.changed(ctx)
    }

    /// The modes that the vendors of the draft's resources offer, each once.
    pub(super) fn modes(&self, ctx: &PaneCtx<'_>) -> Vec<crate::domain::limits::Mode> {
        let mut modes = Vec::new();
        for (account, _) in &self.recent_of {
            let Some(limits) = ctx.known.limits.get(account) else {
                continue;
            };
            let offered = Kind::EVERY
                .iter()
                .filter_map(|&kind| limits.rule(kind))
                .flat_map(|rule| &rule.modes);
            for mode in offered {
                if !modes.contains(mode) {
                    modes.push(*mode);
                }
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
        let words = format!("{}: {}", mode.word, mode.meaning);
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
