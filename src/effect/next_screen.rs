//! The screens that another one is left for.

/// A screen to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextScreen {
    /// The board, on the configuration as it is then.
    Board,
    /// The demo.
    Demo,
}
