//! Enums whose values have a word each: on the screen, in flags, filters, exports and the store.

/// Declares such an enum, with a list of its values and the way from a word back to its value.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$value_meta:meta])* $value:ident = $word:literal;)+
    }) => {
        $(#[$meta])*
        pub enum $name {
            $($(#[$value_meta])* $value,)+
        }

        impl $name {
            /// Every value, in the order in which they are listed to people.
            pub const EVERY: [Self; [$($word),+].len()] = [$(Self::$value),+];

            /// Returns the word for it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }

            /// Returns the value that a word of [`Self::word`] stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::EVERY.into_iter().find(|value| value.word() == word)
            }
        }
    };
}

pub(super) use words;
