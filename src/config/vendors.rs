//! The providers that an account may name and the keys of each. This is the one place outside a
//! vendor's own folder where vendors have names. Adapters read the keys by these names from their
//! [`super::accounts::AccountConfig`].

use std::str::FromStr;

use chrono::FixedOffset;
use serde::de::{Deserialize, Error as _};

use super::secret::source::SecretSource;
use super::value::{Node, ValueError, quoted};

/// One provider, as the configuration sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// The word for it in `provider = "…"`, in filters and exports.
    pub name: &'static str,
    /// The vendor's name for people.
    pub title: &'static str,
    /// The keys that only its accounts have.
    pub keys: &'static [VendorKey],
    /// Sets of keys, of which an account needs one in full.
    pub needs: &'static [&'static [&'static str]],
    /// The environment's variables that make an account; of those for one key, the first that is
    /// set.
    pub environment: &'static [Variable],
}

/// One key of a provider's accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorKey {
    /// The name.
    pub name: &'static str,
    /// The kind of its value.
    pub kind: VendorKind,
    /// A value for the example file, as TOML.
    pub example: &'static str,
    /// A sentence or two on what it is for.
    pub help: &'static str,
}

/// Kind of a provider's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VendorKind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Bool,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An offset from UTC: `+08:00`.
    Offset,
    /// The source of a secret: never the secret itself.
    Secret,
}

/// Value of a provider's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VendorValue {
    /// A text; a boolean as `true` or `false`.
    Text(String),
    /// The source of a secret, its file's path as written.
    Secret(SecretSource),
}

impl VendorKind {
    /// Reads a value of this kind.
    pub fn read(self, node: Node<'_>) -> Result<VendorValue, ValueError> {
        Ok(VendorValue::Text(match self {
            Self::Secret => return SecretSource::deserialize(node).map(VendorValue::Secret),
            Self::Bool => bool::deserialize(node)?.to_string(),
            Self::Text => String::deserialize(node)?,
            Self::Word(words) => {
                let text = String::deserialize(node)?;
                if !words.contains(&text.as_str()) {
                    return Err(ValueError::unknown_variant(&text, words));
                }
                text
            }
            Self::Offset => {
                let text = String::deserialize(node)?;
                FixedOffset::from_str(&text).map_err(|_| {
                    let text = quoted(&[&text]);
                    ValueError::custom(format!("{text} is not an offset from UTC like \"+08:00\""))
                })?;
                text
            }
        }))
    }
}

/// A variable of the environment that stands for a key of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The variable.
    pub name: &'static str,
    /// The key.
    pub key: &'static str,
    /// Required for an account.
    pub needed: bool,
}

const fn variable(name: &'static str, key: &'static str, needed: bool) -> Variable {
    Variable { name, key, needed }
}

macro_rules! keys {
    ($($name:literal: $kind:expr, $example:literal, $help:literal;)+) => {
        &[$(VendorKey { name: $name, kind: $kind, example: $example, help: $help }),+]
    };
}

/// The providers.
pub static VENDORS: &[Vendor] = &[GCORE, TENCENT, MEDIANOVA, EDGEONE, CLOUDFRONT, ALIBABA];

const GCORE: Vendor = Vendor {
    name: "gcore",
    title: "Gcore",
    keys: keys![
        "token": VendorKind::Secret, r#"{ env = "GCORE_API_KEY" }"#,
            "The permanent API token. Required.";
    ],
    needs: &[&["token"]],
    environment: &[
        variable("GCORE_API_KEY", "token", true),
        variable("GCORE_BASE_URL", "base_url", false),
    ],
};

const TENCENT: Vendor = Vendor {
    name: "tencent",
    title: "Tencent Cloud CDN",
    keys: keys![
        "secret_id": VendorKind::Secret, r#"{ env = "TENCENTCLOUD_SECRET_ID" }"#,
            "The key's id. Required.";
        "secret_key": VendorKind::Secret, r#"{ file = "~/.config/purgedeck/tencent.key" }"#,
            "The key. Required.";
        "session_token": VendorKind::Secret,
            r#"{ command = ["op", "read", "op://cdn/tencent/token"] }"#,
            "The token of a temporary key.";
        "api": VendorKind::Word(&["3.0", "2.0"]), r#""3.0""#,
            "API version. 2.0 needs base_url: the vendor has switched off its own host of it.";
        "international": VendorKind::Bool, "false", "Use the endpoint of the international site.";
        "area": VendorKind::Word(&["mainland", "overseas"]), r#""mainland""#,
            "Purge in this area only. If unset: where each domain serves.";
        "times": VendorKind::Offset, r#""+08:00""#,
            "Zone of the times in the vendor's answers. Undocumented; +08:00 is inferred.";
        "signature": VendorKind::Word(&["sha1", "sha256"]), r#""sha256""#,
            "Signature method for requests of API 2.0.";
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
    keys: keys![
        "organization": VendorKind::Text, r#""00000000-0000-0000-0000-000000000000""#,
            "The organization's UUID. Required.";
        "token": VendorKind::Secret, r#"{ env = "MEDIANOVA_API_TOKEN" }"#,
            "A Bearer token. Either this, or api_key and api_secret.";
        "api_key": VendorKind::Secret, r#"{ env = "MEDIANOVA_API_KEY" }"#,
            "The key that fetches and renews a token.";
        "api_secret": VendorKind::Secret, r#"{ env = "MEDIANOVA_API_SECRET" }"#,
            "The secret of the key.";
    ],
    needs: &[&["organization", "token"], &["organization", "api_key", "api_secret"]],
    environment: &[
        variable("MEDIANOVA_API_TOKEN", "token", true),
        variable("MEDIANOVA_ORGANIZATION_UUID", "organization", true),
    ],
};

const EDGEONE: Vendor = Vendor {
    name: "edgeone",
    title: "Tencent EdgeOne",
    keys: keys![
        "secret_id": VendorKind::Secret, r#"{ env = "TENCENTCLOUD_SECRET_ID" }"#,
            "The key's id. Required.";
        "secret_key": VendorKind::Secret, r#"{ file = "~/.config/purgedeck/edgeone.key" }"#,
            "The key. Required.";
        "session_token": VendorKind::Secret,
            r#"{ command = ["op", "read", "op://cdn/edgeone/token"] }"#,
            "The token of a temporary key.";
        "international": VendorKind::Bool, "false", "Use the endpoint of the international site.";
    ],
    needs: &[&["secret_id", "secret_key"]],
    environment: TENCENT.environment,
};

const CLOUDFRONT: Vendor = Vendor {
    name: "cloudfront",
    title: "Amazon CloudFront",
    keys: keys![
        "access_key_id": VendorKind::Secret, r#"{ env = "AWS_ACCESS_KEY_ID" }"#,
            "The key's id. Either this and secret_access_key, or credentials, or profile.";
        "secret_access_key": VendorKind::Secret, r#"{ file = "~/.config/purgedeck/aws.key" }"#,
            "The key.";
        "session_token": VendorKind::Secret, r#"{ env = "AWS_SESSION_TOKEN" }"#,
            "The token of a temporary key.";
        "credentials": VendorKind::Secret,
            r#"{ command = ["aws", "configure", "export-credentials", "--profile", "cdn"] }"#,
            "A key as JSON, as credential processes print it; fetched again when it expires.";
        "profile": VendorKind::Text, r#""default""#,
            "A profile of ~/.aws/credentials or ~/.aws/config with a key or a credential_process.";
        "china": VendorKind::Bool, "false", "Use the endpoint of the China regions.";
        "cloudtrail": VendorKind::Bool, "true",
            "Read from CloudTrail who purged; needs the permission cloudtrail:LookupEvents.";
    ],
    needs: &[&["access_key_id", "secret_access_key"], &["profile"], &["credentials"]],
    environment: &[
        variable("AWS_ACCESS_KEY_ID", "access_key_id", false),
        variable("AWS_SECRET_ACCESS_KEY", "secret_access_key", false),
        variable("AWS_SESSION_TOKEN", "session_token", false),
        variable("AWS_PROFILE", "profile", false),
        variable("AWS_ENDPOINT_URL_CLOUDFRONT", "base_url", false),
        variable("AWS_ENDPOINT_URL", "base_url", false),
    ],
};

const ALIBABA: Vendor = Vendor {
    name: "alibaba",
    title: "Alibaba Cloud CDN",
    keys: keys![
        "access_key_id": VendorKind::Secret, r#"{ env = "ALIBABA_CLOUD_ACCESS_KEY_ID" }"#,
            "The access key's id. Required.";
        "access_key_secret": VendorKind::Secret,
            r#"{ file = "~/.config/purgedeck/alibaba.secret" }"#,
            "The access key's secret. Required.";
        "security_token": VendorKind::Secret,
            r#"{ command = ["op", "read", "op://cdn/alibaba/token"] }"#,
            "The token of a temporary key.";
        "region": VendorKind::Text, r#""ap-southeast-1""#,
            "The account's region, which tells the endpoint. If unset: that of China.";
    ],
    needs: &[&["access_key_id", "access_key_secret"]],
    environment: &[
        variable("ALIBABA_CLOUD_ACCESS_KEY_ID", "access_key_id", true),
        variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "access_key_secret", true),
        variable("ALIBABA_CLOUD_SECURITY_TOKEN", "security_token", false),
    ],
};

/// Returns the variables that usually hold secrets: those that make an account, and those that the
/// example names.
pub fn secret_variables() -> impl Iterator<Item = &'static str> {
    VENDORS.iter().flat_map(|vendor| {
        let keys = vendor.keys.iter().filter(|key| key.kind == VendorKind::Secret);
        keys.flat_map(|key| {
            let variables = vendor.environment.iter().filter(|it| it.key == key.name);
            let example = key.example.strip_prefix("{ env = \"");
            let example = example.and_then(|rest| rest.strip_suffix("\" }"));
            variables.map(|variable| variable.name).chain(example)
        })
    })
}

/// Returns the provider with this name.
pub fn vendor(name: &str) -> Option<&'static Vendor> {
    VENDORS.iter().find(|vendor| vendor.name == name)
}

/// Returns true if the provider with this name is the other one, or makes its account of the same
/// variables: an account of the file then says what they are for.
pub fn share_variables(name: &str, other: &Vendor) -> bool {
    let needed = |vendor: &Vendor| {
        vendor.environment.iter().filter(|it| it.needed).map(|it| it.name).collect::<Vec<_>>()
    };
    name == other.name
        || vendor(name).is_some_and(|one| needed(one).iter().any(|it| needed(other).contains(it)))
}

/// Returns every provider's name.
pub fn names() -> impl Iterator<Item = &'static str> {
    VENDORS.iter().map(|vendor| vendor.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_variables_of_secrets_are_known_and_no_others() {
        let mut names: Vec<&str> = secret_variables().collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(
            names,
            [
                "ALIBABA_CLOUD_ACCESS_KEY_ID",
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                "ALIBABA_CLOUD_SECURITY_TOKEN",
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN",
                "GCORE_API_KEY",
                "MEDIANOVA_API_KEY",
                "MEDIANOVA_API_SECRET",
                "MEDIANOVA_API_TOKEN",
                "TENCENTCLOUD_SECRET_ID",
                "TENCENTCLOUD_SECRET_KEY",
                "TENCENTCLOUD_TOKEN",
            ]
        );
    }
}
