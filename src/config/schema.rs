//! Every key that a configuration may hold: one table, of which the reader, the errors, `config.example.toml` and the
//! environment's variables are made.

/// What a key's value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any text that is not empty.
    Text,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A length of time within these bounds, in seconds: `45s`, `10m`, `2h`, `1d`.
    Duration(u64, u64),
    /// An address that begins with `https://`; `http://` on this machine only.
    Url,
    /// A list of texts.
    Texts,
    /// A file; `~/` stands for the home directory.
    Path,
    /// A distance from UTC: `+08:00`.
    Offset,
    /// A table of texts under names of the operator's choosing.
    Names,
    /// Where a secret is to be had: never the secret itself.
    Secret,
}

impl Shape {
    /// What the value must be, in words.
    pub fn wanted(self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Word(words) => format!("one of {}", quoted(words)),
            Self::Duration(least, most) => format!(
                "a length of time like \"45s\", \"10m\" or \"2h\", from {least} to {most} seconds"
            ),
            Self::Url => "an address like \"https://api.example.com\"".to_owned(),
            Self::Texts => "a list of texts".to_owned(),
            Self::Names => "a table like { \"42\" = \"mira\" }".to_owned(),
            Self::Path => "a file name".to_owned(),
            Self::Offset => "a distance from UTC like \"+08:00\"".to_owned(),
            Self::Secret => {
                "{ env = \"NAME\" }, { file = \"PATH\" } or { command = [\"PROGRAM\", …] }"
                    .to_owned()
            }
        }
    }
}

/// The words in quotation marks, with commas between them.
pub fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    words.join(", ")
}

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value must be.
    pub shape: Shape,
    /// A value for the example file, as TOML. For a key with a default, the default.
    pub example: &'static str,
    /// What it is for, in a sentence or two.
    pub about: &'static str,
    /// The environment's variable that stands above the file, where there is one.
    pub env: Option<&'static str>,
}

const fn key(
    name: &'static str,
    shape: Shape,
    example: &'static str,
    about: &'static str,
    env: Option<&'static str>,
) -> Key {
    Key { name, shape, example, about, env }
}

/// A day, in seconds.
const DAY: u64 = 86_400;

/// The keys at the top of the file. The example is the default.
pub static TOP: &[Key] = &[
    key(
        "theme",
        Shape::Text,
        "\"default\"",
        "The colours: default (safe for colour-blind people), light, high-contrast or mono.",
        Some("PURGEDECK_THEME"),
    ),
    key(
        "colour",
        Shape::Word(&["auto", "never"]),
        "\"auto\"",
        "\"never\" is the same as --no-color, or NO_COLOR in the environment.",
        Some("PURGEDECK_COLOUR"),
    ),
    key(
        "ascii",
        Shape::Flag,
        "false",
        "Draw with plain ASCII only, for terminals and fonts without box and block characters.",
        Some("PURGEDECK_ASCII"),
    ),
    key(
        "mouse",
        Shape::Flag,
        "true",
        "Take the mouse. Off, the terminal's own selection works as usual.",
        Some("PURGEDECK_MOUSE"),
    ),
    key(
        "notify",
        Shape::Word(&["off", "bell", "osc9"]),
        "\"off\"",
        "What calls you back when a purge of yours failed or the queue is done: nothing, the terminal's bell, or a message \
         of the desktop's (OSC 9; many terminals show it, others ignore it).",
        Some("PURGEDECK_NOTIFY"),
    ),
    key(
        "zone",
        Shape::Word(&["utc", "local"]),
        "\"utc\"",
        "The zone in which times are shown, and read where a filter names a time of day.",
        Some("PURGEDECK_ZONE"),
    ),
    key(
        "refresh",
        Shape::Duration(5, DAY),
        "\"30s\"",
        "How often the dashboard asks each account for new purges; an account may say otherwise.",
        Some("PURGEDECK_REFRESH"),
    ),
    key(
        "read_only",
        Shape::Flag,
        "false",
        "Never purge anything, in any account, and leave the queue as it is. Wins over everything.",
        Some("PURGEDECK_READ_ONLY"),
    ),
    key(
        "store",
        Shape::Path,
        "\"~/.local/state/purgedeck/purgedeck.db\"",
        "The file that holds history and journal. Left out: purgedeck.db in the state directory.",
        Some("PURGEDECK_STORE"),
    ),
    key(
        "log",
        Shape::Word(&["off", "info", "debug"]),
        "\"off\"",
        "Write purgedeck.log into the state directory, at most 4 MiB and the 4 MiB before it. It never holds a secret.",
        Some("PURGEDECK_LOG"),
    ),
];

/// The keys of an `[[account]]` at any provider; those of one provider are in [`super::vendors`].
pub static ACCOUNT: &[Key] = &[
    key(
        "name",
        Shape::Text,
        "\"production\"",
        "Its name on the screen, in filters and in exports: letters, digits, `.`, `_` and `-`. Needed.",
        None,
    ),
    key("provider", Shape::Text, "\"vendor\"", "Whose API it is. Needed.", None),
    key(
        "base_url",
        Shape::Url,
        "\"https://api.example.com\"",
        "The API's address, where it is not the vendor's usual one (a gateway, `purgedeck simulate`).",
        None,
    ),
    key(
        "colour",
        Shape::Text,
        "\"red\"",
        "A colour for it, so that production looks like production: a name or #rrggbb.",
        None,
    ),
    key("badge", Shape::Text, "\"PROD\"", "A short text beside its name.", None),
    key("protected", Shape::Flag, "true", "Every purge in it needs the cname typed out.", None),
    key(
        "protected_cnames",
        Shape::Texts,
        "[\"www.site.com\", \"*.shop.site.com\"]",
        "Only purges of these need the cname typed out; `*` stands for any characters.",
        None,
    ),
    key(
        "read_only",
        Shape::Flag,
        "true",
        "Nothing is ever purged in it, and what waits for it in the queue stays there.",
        None,
    ),
    key("reason_required", Shape::Flag, "true", "A purge needs a reason.", None),
    key(
        "ticket_pattern",
        Shape::Text,
        "\"INC-*\"",
        "A purge needs a ticket that looks like this; `*` stands for any characters.",
        None,
    ),
    key(
        "refresh",
        Shape::Duration(5, DAY),
        "\"2m\"",
        "How often it is asked for new purges.",
        None,
    ),
    key(
        "verify",
        Shape::Flag,
        "false",
        "Do not look at the edge after a purge. Left out, a few of its URLs are asked for, one byte each, before and after.",
        None,
    ),
    key(
        "verify_for",
        Shape::Duration(0, 3600),
        "\"40s\"",
        "For how long the edge may still serve the old after the vendor called a purge successful. This is the default.",
        None,
    ),
    key(
        "edge",
        Shape::Texts,
        "[\"203.0.113.7\", \"[2001:db8::7]:8443\"]",
        "Look at these servers of the edge, and not where the names lead; `http://` before one: without encryption.",
        None,
    ),
    key(
        "resolver",
        Shape::Text,
        "\"1.1.1.1\"",
        "The name server that says where the edge is, for looks at it. Left out: the machine's own.",
        None,
    ),
    key(
        "cache_headers",
        Shape::Texts,
        "[\"X-Cache\", \"X-Tier: LOCAL=hit, ORIGIN=miss\"]",
        "Headers that tell the state of the cache, before the vendor's own; with words where they are not the usual ones.",
        None,
    ),
    key(
        "edge_headers",
        Shape::Texts,
        "[\"X-Served-By\"]",
        "Headers that name the server of the edge, before the vendor's own.",
        None,
    ),
    key(
        "names",
        Shape::Names,
        "{ \"42\" = \"mira\", \"token 900\" = \"deploy\" }",
        "What to call the users and tokens that the vendor's activity log tells by number; \"user 42\" or \"token 42\" \
         where both have it. Also as a table [account.names].",
        None,
    ),
];

/// The keys of a `[[view]]`.
pub static VIEW: &[Key] = &[
    key("name", Shape::Text, "\"Failed 24h\"", "Its name, on its tab. Needed.", None),
    key(
        "filter",
        Shape::Text,
        "\"status:failed since:24h\"",
        "Its filter, as typed after `/`. Needed; \"\" shows everything.",
        None,
    ),
];
