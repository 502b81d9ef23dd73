//! Views: filters that the operator named, with the panes beside and below them.

use std::fmt;
use std::str::FromStr;

use super::column::ShownColumn;
use super::filter::Filter;
use super::sort::Sort;
use super::text::escape_control;

/// The place of saved views.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ViewPlace {
    /// The configuration's file.
    #[default]
    File,
    /// There is none: no view can be saved.
    Nowhere,
}

/// A named filter, and perhaps further panes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedView {
    /// Its name, on its tab.
    pub name: String,
    /// The text of its first pane's filter.
    pub filter: String,
    /// Its further panes, in the order in which they are split off.
    pub panes: Vec<SplitPane>,
    /// The order of the rows in its panes.
    pub sort: Sort,
    /// The columns of its panes; if empty, the usual ones.
    pub columns: Vec<ShownColumn>,
}

impl SavedView {
    /// Returns the filter and the further panes as text, one a line.
    pub fn definition(&self) -> String {
        let panes = self.panes.iter().map(|pane| format!("\n{pane}"));
        std::iter::once(self.filter.clone()).chain(panes).collect()
    }
}

/// A further pane of a view, as the configuration writes it: `right of 1: status:failed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitPane {
    /// Set if it is split off to the right; else below.
    pub right: bool,
    /// The number of the pane that it is split off from, counted from 1.
    pub of: usize,
    /// Its filter's text.
    pub filter: String,
}

/// The characters of a wrong pane or filter that an error repeats.
const SHOWN: usize = 200;

/// The form of a further pane, for errors.
pub const SPLIT_PANE: &str = "a pane like \"right of 1: status:failed\" or \"below 2: kind:all\"";

impl FromStr for SplitPane {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{}\" is not {SPLIT_PANE}", escape_control(text, SHOWN));
        let (place, filter) = text.split_once(':').ok_or_else(wrong)?;
        let place = place.trim();
        let (right, of) = match (place.strip_prefix("right of "), place.strip_prefix("below ")) {
            (Some(of), _) => (true, of),
            (None, Some(of)) => (false, of),
            (None, None) => return Err(wrong()),
        };
        let of = of.trim().parse().ok().filter(|of| *of > 0).ok_or_else(wrong)?;
        let filter = filter.trim().to_owned();
        Filter::parse(&filter)
            .map_err(|error| format!("\"{}\": {error}", escape_control(&filter, SHOWN)))?;
        Ok(Self { right, of, filter })
    }
}

impl fmt::Display for SplitPane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { right, of, filter } = self;
        let place = if *right { "right of" } else { "below" };
        write!(f, "{}", format!("{place} {of}: {filter}").trim_end())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_pane_is_read_as_it_is_written() {
        for text in ["right of 1: status:failed since:2h", "below 12: kind:all", "below 1:"] {
            assert_eq!(text.parse::<SplitPane>().unwrap().to_string(), text);
        }
        for text in ["", "left of 1: x", "right of 0: x", "right of x: y", "below 1: status:x"] {
            assert!(text.parse::<SplitPane>().is_err(), "{text}");
        }
    }
}
