//! The columns of a list of purges: their names, titles, and the order that each sorts by.

/// Makes [`Column`] and its table. A row, in the order of the list: variant, title, and the words
/// for its sort order and for the reverse of it.
macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident $title:literal $order:literal $reversed:literal;)+) => {
        /// A column.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { #[default] $($(#[$doc])* $variant),+ }

        impl Column {
            /// Every column, in the order of the list.
            pub const EVERY: &'static [Self] = &[$(Self::$variant),+];

            /// Its title.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// Returns the words for the order that it sorts by, and for the reverse of it.
            pub(super) fn orders(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($order, $reversed)),+ }
            }
        }
    };
}

columns! {
    /// When the vendor recorded it.
    Time "TIME" "newest first" "oldest first";
    /// The account.
    Account "ACCOUNT" "A to Z" "Z to A";
    /// The provider.
    Provider "PROVIDER" "A to Z" "Z to A";
    /// The resource's cname.
    Cname "CNAME" "A to Z" "Z to A";
    /// The kind.
    Kind "KIND" "widest first" "narrowest first";
    /// The status.
    Status "STATUS" "failed first" "successful first";
    /// The person who asked for it.
    By "BY" "A to Z" "Z to A";
    /// The vendor's id.
    Id "ID" "A to Z" "Z to A";
    /// Number of targets, and the first of them.
    Targets "TARGETS" "most first" "fewest first";
}

impl Column {
    /// Returns the columns that are shown by default.
    pub fn usual() -> Vec<Self> {
        let usual = |column: &Self| !matches!(column, Self::Id | Self::Provider);
        Self::EVERY.iter().copied().filter(usual).collect()
    }

    /// Returns its name in settings and pickers: its title in small letters.
    pub fn name(self) -> String {
        self.title().to_lowercase()
    }

    /// Returns the column of this name or title.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EVERY.iter().copied().find(|column| column.title().eq_ignore_ascii_case(name))
    }
}
