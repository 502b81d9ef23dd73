//! The board as it was left, in the form that the store keeps.

use serde::{Deserialize, Serialize};

use super::column::ShownColumn;
use super::sort::Sort;
use super::zone::Zone;

/// The version of the kept form. Another one is not read.
const VERSION: u32 = 1;

/// The views with their panes, the view that is shown, the zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBoard {
    version: u32,
    /// The name of the view that is shown.
    pub view: String,
    /// The zone that the configuration named then.
    #[serde(default)]
    pub zone: Option<Zone>,
    /// Set if times are shown in the zone that the configuration does not name.
    pub other_zone: bool,
    /// The views.
    pub views: Vec<KeptView>,
}

/// A view with its panes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptView {
    /// Its name.
    pub name: String,
    /// Its definition then, as [`SavedView::definition`] writes it.
    ///
    /// [`SavedView::definition`]: super::view::SavedView::definition
    #[serde(default)]
    pub definition: String,
    /// The pane that has the focus, counted from 0.
    pub focus: usize,
    /// The division of its area.
    pub panes: KeptPanes,
}

/// A pane, or an area that is divided in two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeptPanes {
    /// One pane.
    Pane(KeptPane),
    /// Two parts.
    Split {
        /// Set for parts beside each other.
        right: bool,
        /// The part at the left or the top.
        first: Box<Self>,
        /// The other part.
        second: Box<Self>,
    },
}

/// A pane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPane {
    /// The filter that it goes back to.
    pub own: String,
    /// Its filter, where it shows another one.
    pub filter: Option<String>,
    /// Its order; where it is not told, by time.
    #[serde(default)]
    pub sort: String,
    /// Its columns: their names, each with its width where the operator chose one.
    pub columns: Vec<String>,
}

impl KeptPane {
    /// Reads its order; the usual one where this version does not know it.
    pub fn order(&self) -> Sort {
        self.sort.parse().unwrap_or_default()
    }

    /// Reads its columns, without those that this version does not know.
    pub fn shown_columns(&self) -> Vec<ShownColumn> {
        self.columns.iter().filter_map(|column| column.parse().ok()).collect()
    }
}

/// The reason why a kept board cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoardFault {
    /// Another version of purgedeck wrote it.
    #[error("another version of purgedeck wrote it")]
    Version,
    /// It is damaged.
    #[error("it is damaged")]
    Damaged,
}

impl KeptBoard {
    /// Makes a board to be kept: the view that is shown, the configured zone and whether the other
    /// one is shown, and the views.
    pub fn new(view: String, zone: Zone, other_zone: bool, views: Vec<KeptView>) -> Self {
        Self { version: VERSION, view, zone: Some(zone), other_zone, views }
    }

    /// Writes it as text.
    pub fn to_text(&self) -> Result<String, BoardFault> {
        serde_json::to_string(self).map_err(|_| BoardFault::Damaged)
    }

    /// Reads it from text.
    pub fn from_text(text: &str) -> Result<Self, BoardFault> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }

        let head: Head = serde_json::from_str(text).map_err(|_| BoardFault::Damaged)?;
        if head.version != VERSION {
            return Err(BoardFault::Version);
        }
        serde_json::from_str(text).map_err(|_| BoardFault::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> KeptBoard {
        let pane = |filter: Option<&str>| {
            let filter = filter.map(str::to_owned);
            Box::new(KeptPanes::Pane(KeptPane { filter, ..KeptPane::default() }))
        };
        let panes =
            KeptPanes::Split { right: true, first: pane(None), second: pane(Some("kind:all")) };
        let definition = "kind:all\nbelow 1:".to_owned();
        let view = KeptView { name: "All".to_owned(), definition, focus: 1, panes };
        KeptBoard::new("All".to_owned(), Zone::Local, true, vec![view])
    }

    #[test]
    fn what_was_written_is_read() {
        let read = board().to_text().and_then(|text| KeptBoard::from_text(&text));
        assert_eq!(read, Ok(board()));
    }

    #[test]
    fn an_order_and_columns_that_are_not_known_are_left_out() {
        let columns = ["cname 30", "colour", "status"].map(str::to_owned).to_vec();
        let pane = KeptPane { sort: "colour".to_owned(), columns, ..KeptPane::default() };
        assert_eq!(pane.order(), Sort::NEWEST);
        let columns: Vec<String> = pane.shown_columns().iter().map(ToString::to_string).collect();
        assert_eq!(columns, ["cname 30", "status"]);
        let sort = Sort::NEWEST.turned();
        assert_eq!(KeptPane { sort: sort.to_string(), ..pane }.order(), sort);
    }

    #[test]
    fn damage_and_another_version_are_told_apart() {
        let text = board().to_text().unwrap_or_default();
        let other = text.replace("\"version\":1", "\"version\":2");
        assert_eq!(KeptBoard::from_text(&other), Err(BoardFault::Version));
        for end in [0, 1, text.len() / 2, text.len() - 1] {
            let cut = text.get(..end).unwrap_or_default();
            assert_eq!(KeptBoard::from_text(cut), Err(BoardFault::Damaged), "{cut}");
        }
        assert_eq!(KeptBoard::from_text("{\"version\":1}"), Err(BoardFault::Damaged));
    }
}
