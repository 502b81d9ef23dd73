//! The world that the vendors' APIs tell of, in no vendor's words: sites, people, and who purged what when. It follows from
//! the seed and the clock alone: nothing runs between two requests, what happened meanwhile is worked out when somebody asks.

pub(crate) mod ledger;
pub(crate) mod people;
pub(crate) mod rhythm;
pub(crate) mod site;
pub(crate) mod targets;

/// What a purge empties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Single files.
    Url,
    /// Whatever is under a path.
    Pattern,
    /// The whole site.
    All,
}

/// How a purge ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Every edge has dropped what was asked.
    Successful,
    /// Some edge has not.
    Failed,
    /// Nobody says.
    ReportDisabled,
}

/// Where a purge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Under way.
    InProgress,
    /// At its end.
    Ended(Outcome),
}
