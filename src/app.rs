//! The core: the state of the whole program and the one function that changes it. It routes; panes behave.
