//! Pixels that know nothing of purges.
