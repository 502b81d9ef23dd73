//! One file per pane: its state and its update as plain data; beside it its view.
