//! Copies from panes to the clipboard, and says so.

use super::{Update, format};
use crate::domain::event::Level;
use crate::domain::plan::Preview;
use crate::effect::{Effect, TerminalEffect};

impl Update {
    /// Copies targets, one a line, and says so.
    pub fn copy_targets<T: AsRef<str>>(targets: &[T]) -> Self {
        if targets.is_empty() {
            let words = "A purge of a whole resource has no targets to copy.";
            return Self::say(Level::Info, words);
        }
        let lines: Vec<&str> = targets.iter().map(AsRef::as_ref).collect();
        let words = format::count_noun(lines.len() as u64, "target", "targets");
        Self::effect(Effect::Terminal(TerminalEffect::Copy(lines.join("\n"))))
            .and(Self::say(Level::Info, format!("Copied {words}.")))
    }

    /// Copies requests as command lines, and says so; `emptying` of them remove everything.
    pub fn copy_commands(previews: &[Preview], emptying: usize) -> Self {
        let lines: Vec<&str> = previews.iter().map(|preview| preview.curl.as_str()).collect();
        let (level, words) = format::copied_commands(&lines, emptying);
        Self::effect(Effect::Terminal(TerminalEffect::Copy(lines.join("\n"))))
            .and(Self::say(level, words))
    }
}
