//! The core: the state of the whole program and `update`, which turns what happened into effects. It routes only:
//! behaviour lives in the panes.

pub mod openings;
pub mod overlays;
