//! A secret that cannot be shown by accident, and leaves nothing in memory.

use std::fmt;

use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A token, key or password. `Debug` and `Display` print only that there is one. Its memory is
/// wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl ZeroizeOnDrop for Secret {}

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// Returns the secret, for the code that puts it into a request or signs with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_wiped_when_it_is_dropped_and_so_are_its_copies() {
        fn is_wiped<T: ZeroizeOnDrop>(_: &T) {}
        let secret = Secret::new("29841$c767".to_owned());
        is_wiped(&secret.0);
        is_wiped(&secret.clone().0);
    }

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("29841$c767".to_owned());
        assert!(!format!("{secret:?} {secret}").contains("c767"));
        assert_eq!(secret.expose(), "29841$c767");
    }
}
