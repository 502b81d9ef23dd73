//! The providers that an account may name, and what each needs to know: the one place outside a vendor's own folder
//! where vendors have names. Adapters read the keys by these names from their [`super::accounts::AccountConfig`].

use super::schema::{Key, Shape};

/// One provider, as the configuration sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// The word for it in `provider = "…"`, in filters and exports.
    pub name: &'static str,
    /// What a person calls it.
    pub title: &'static str,
    /// The keys that only its accounts have.
    pub keys: &'static [Key],
    /// Which keys an account needs: one of these sets, whole.
    pub needs: &'static [&'static [&'static str]],
    /// The environment's variables that make an account of themselves: variable, key, needed.
    pub environment: &'static [Variable],
}

/// A variable of the environment that stands for a key of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The variable.
    pub name: &'static str,
    /// The key.
    pub key: &'static str,
    /// Whether there is no account without it.
    pub needed: bool,
}

const fn variable(name: &'static str, key: &'static str, needed: bool) -> Variable {
    Variable { name, key, needed }
}

const fn key(name: &'static str, shape: Shape, example: &'static str, about: &'static str) -> Key {
    Key { name, shape, example, about, env: None }
}

/// Every provider.
pub static VENDORS: &[Vendor] = &[GCORE, TENCENT, MEDIANOVA];

const GCORE: Vendor = Vendor {
    name: "gcore",
    title: "Gcore",
    keys: &[key(
        "token",
        Shape::Secret,
        "{ env = \"GCORE_API_KEY\" }",
        "The permanent API token. Needed.",
    )],
    needs: &[&["token"]],
    environment: &[
        variable("GCORE_API_KEY", "token", true),
        variable("GCORE_BASE_URL", "base_url", false),
    ],
};

const TENCENT: Vendor = Vendor {
    name: "tencent",
    title: "Tencent Cloud CDN",
    keys: &[
        key(
            "secret_id",
            Shape::Secret,
            "{ env = \"TENCENTCLOUD_SECRET_ID\" }",
            "The key's id. Needed.",
        ),
        key(
            "secret_key",
            Shape::Secret,
            "{ file = \"~/.config/purgedeck/tencent.key\" }",
            "The key. Needed.",
        ),
        key(
            "session_token",
            Shape::Secret,
            "{ command = [\"op\", \"read\", \"op://cdn/tencent/token\"] }",
            "The token that belongs to a temporary key.",
        ),
        key(
            "api",
            Shape::Word(&["3.0", "2.0"]),
            "\"3.0\"",
            "Which API. The vendor has switched its own 2.0 host off; that one needs base_url.",
        ),
        key("international", Shape::Flag, "false", "Use the endpoint of the international site."),
        key(
            "area",
            Shape::Word(&["mainland", "overseas"]),
            "\"mainland\"",
            "Purge in this area only. Left out: where each domain serves.",
        ),
        key(
            "times",
            Shape::Offset,
            "\"+08:00\"",
            "The zone of the times in the vendor's answers. Its documents do not say; +08:00 is inferred.",
        ),
        key(
            "signature",
            Shape::Word(&["sha1", "sha256"]),
            "\"sha256\"",
            "How requests of API 2.0 are signed.",
        ),
    ],
    needs: &[&["secret_id", "secret_key"]],
    environment: &[
        variable("TENCENTCLOUD_SECRET_ID", "secret_id", true),
        variable("TENCENTCLOUD_SECRET_KEY", "secret_key", true),
        variable("TENCENTCLOUD_TOKEN", "session_token", false),
    ],
};

const MEDIANOVA: Vendor = Vendor {
    name: "medianova",
    title: "Medianova",
    keys: &[
        key(
            "organization",
            Shape::Text,
            "\"00000000-0000-0000-0000-000000000000\"",
            "The organization's UUID. Needed.",
        ),
        key(
            "token",
            Shape::Secret,
            "{ env = \"MEDIANOVA_API_TOKEN\" }",
            "A Bearer token. Either this, or api_key and api_secret.",
        ),
        key(
            "api_key",
            Shape::Secret,
            "{ env = \"MEDIANOVA_API_KEY\" }",
            "The key with which a token is fetched and renewed.",
        ),
        key(
            "api_secret",
            Shape::Secret,
            "{ env = \"MEDIANOVA_API_SECRET\" }",
            "The secret that belongs to the key.",
        ),
    ],
    needs: &[&["organization", "token"], &["organization", "api_key", "api_secret"]],
    environment: &[
        variable("MEDIANOVA_API_TOKEN", "token", true),
        variable("MEDIANOVA_ORGANIZATION_UUID", "organization", true),
    ],
};

/// The provider with this name.
pub fn vendor(name: &str) -> Option<&'static Vendor> {
    VENDORS.iter().find(|vendor| vendor.name == name)
}

/// Every provider's name.
pub fn names() -> impl Iterator<Item = &'static str> {
    VENDORS.iter().map(|vendor| vendor.name)
}
