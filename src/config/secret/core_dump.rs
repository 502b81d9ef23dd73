//! Core dumps: a file with all of the memory, secrets too, which stays behind after a crash.

/// Switches them off for this process and the programs that it starts. Where that is not possible,
/// the system's limit stays: a secret is fetched all the same.
#[cfg(unix)]
pub(super) fn switch_off() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let before = getrlimit(Resource::Core);
    // The hard limit stays: an operator's own program may want its dumps.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), ..before });
}

/// Does nothing: this system has no such limit.
#[cfg(not(unix))]
pub(super) fn switch_off() {}
