//! Profiles of the shared files `~/.aws/config` and `~/.aws/credentials`, as far as they hold a key
//! or name a process that prints one.
//!
//! The order is the SDKs': roles and single sign-on first, which are not done here, then the file
//! of credentials, the process, the other file. The files have lines `key = value` in sections; in
//! the configuration a section is `[profile name]`, or `[default]`. Lines that are indented belong
//! to the key before them and are passed over.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::PathBuf;

use tokio::io::AsyncReadExt as _;

use crate::config::secret::source::SecretSource;
use crate::config::secret::variables::SecretVariables;
use crate::domain::failure::{Cause, Failure};
use crate::domain::secret::Secret;
use crate::providers::signing_key::SigningKey;

/// The largest file of configuration that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// Keys of a profile that needs a login or a role.
const ELSEWHERE: [&str; 6] = [
    "role_arn",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "login_session",
];

/// The texts of both files; empty where there is none.
#[derive(Debug)]
pub(super) struct SharedFiles {
    config: Secret,
    /// The configuration again, as far as it may hold keys: read as secrets are.
    private_config: Result<Secret, Failure>,
    credentials: Secret,
}

/// Content of a profile.
#[derive(Debug)]
pub(super) enum ProfileContent {
    /// A key.
    Key(SigningKey),
    /// The words of a command that prints one.
    Process(Vec<String>),
}

impl SharedFiles {
    /// Reads both from their places.
    pub(super) async fn read(withheld: &SecretVariables) -> Result<Self, Failure> {
        let place = |variable: &str, name: &str| {
            path(std::env::var_os(variable).map(PathBuf::from), std::env::home_dir(), name)
        };
        let credentials = place("AWS_SHARED_CREDENTIALS_FILE", "credentials");
        let config = place("AWS_CONFIG_FILE", "config");
        Self::at(credentials, config, withheld).await
    }

    /// Reads both. The file of credentials must be its owner's alone, and so must the other one
    /// where a key is taken from it.
    async fn at(
        credentials: Option<PathBuf>,
        config: Option<PathBuf>,
        withheld: &SecretVariables,
    ) -> Result<Self, Failure> {
        let private = async |path: Option<PathBuf>| match path.filter(|path| path.exists()) {
            Some(path) => fetched(&SecretSource::File(path), withheld).await,
            None => Ok(Secret::new(String::new())),
        };
        Ok(Self {
            credentials: private(credentials).await?,
            config: match &config {
                Some(path) => open(path).await?,
                None => Secret::new(String::new()),
            },
            private_config: private(config).await,
        })
    }

    /// Returns what this profile holds.
    pub(super) fn find(&self, name: &str) -> Result<ProfileContent, Failure> {
        let refuse = |words: String| Failure::new(Cause::Refused).with_message(words);
        let config = section(self.config.expose(), name, true);
        let credentials = section(self.credentials.expose(), name, false);
        if config.is_none() && credentials.is_none() {
            return Err(refuse(format!("there is no AWS profile {name}")));
        }
        let (config, credentials) = (config.unwrap_or_default(), credentials.unwrap_or_default());
        let either = |key: &str| credentials.get(key).or_else(|| config.get(key)).copied();
        if let Some(key) = ELSEWHERE.into_iter().find(|key| either(key).is_some()) {
            return Err(refuse(format!(
                "the AWS profile {name} has {key}, which only the vendor's own tools can follow; \
                 give the account credentials = {{ command = [\"aws\", \"configure\", \
                 \"export-credentials\", \"--profile\", \"{name}\"] }} instead of profile"
            )));
        }
        if let Some(key) = key(&credentials) {
            return Ok(ProfileContent::Key(key));
        }
        if let Some(command) = either("credential_process") {
            let words = shlex::split(command).filter(|words| !words.is_empty());
            return words.map(ProfileContent::Process).ok_or_else(|| {
                refuse(format!("the credential_process of the AWS profile {name} is no command"))
            });
        }
        let neither = || {
            refuse(format!(
                "the AWS profile {name} has neither aws_access_key_id with aws_secret_access_key \
                 nor credential_process"
            ))
        };
        if key(&config).is_none() {
            return Err(neither());
        }
        let config = self.private_config.as_ref().map_err(Clone::clone)?;
        let config = section(config.expose(), name, true).unwrap_or_default();
        key(&config).map(ProfileContent::Key).ok_or_else(neither)
    }
}

/// Fetches a document with secrets in it.
pub(super) async fn fetched(
    source: &SecretSource,
    withheld: &SecretVariables,
) -> Result<Secret, Failure> {
    source.fetch_document(withheld).await.map_err(|error| {
        Failure::new(Cause::Refused).with_message(error.to_string()).with_said(error.said)
    })
}

/// The path of a shared file: the one that the environment names, else the one at home.
fn path(named: Option<PathBuf>, home: Option<PathBuf>, name: &str) -> Option<PathBuf> {
    let Some(named) = named.filter(|named| !named.as_os_str().is_empty()) else {
        return Some(home?.join(".aws").join(name));
    };
    match (named.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => Some(home.join(rest)),
        _ => Some(named),
    }
}

/// Reads a file that anybody may read; empty where there is none.
async fn open(path: &PathBuf) -> Result<Secret, Failure> {
    let mut text = String::new();
    let read = match tokio::fs::File::open(path).await {
        Ok(file) => file.take(MAX_BYTES).read_to_string(&mut text).await,
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    };
    read.map_err(|error| {
        let words = format!("cannot read {}: {error}", path.display());
        Failure::new(Cause::Refused).with_message(words)
    })?;
    Ok(Secret::new(text))
}

/// Returns the values of a profile's section by their keys, in small letters; the last of a key
/// counts. `None` where there is no such section.
fn section<'t>(text: &'t str, name: &str, is_config: bool) -> Option<HashMap<String, &'t str>> {
    let mut found: Option<HashMap<String, &str>> = None;
    let mut is_inside = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let is_indented = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(head) = line.strip_prefix('[').filter(|_| !is_indented) {
            let head = head.split(']').next().unwrap_or_default();
            is_inside = profile_of(head, is_config).as_deref() == Some(name);
            if is_inside {
                found.get_or_insert_default();
            }
        } else if let Some((key, value)) =
            line.split_once('=').filter(|_| is_inside && !is_indented)
            && let Some(found) = &mut found
        {
            found.insert(key.trim().to_ascii_lowercase(), value.trim());
        }
    }
    found
}

/// Returns the profile that a section's head names.
fn profile_of(head: &str, is_config: bool) -> Option<String> {
    let words = shlex::split(head)?;
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["default"] => Some("default".to_owned()),
        ["profile", name] if is_config => Some(name.to_owned()),
        [name] if !is_config => Some(name.to_owned()),
        _ => None,
    }
}

fn key(section: &HashMap<String, &str>) -> Option<SigningKey> {
    let value = |name: &str| section.get(name).filter(|value| !value.is_empty());
    Some(SigningKey {
        id: (*value("aws_access_key_id")?).to_owned(),
        key: Secret::new((*value("aws_secret_access_key")?).to_owned()),
        token: value("aws_session_token").map(|token| Secret::new((*token).to_owned())),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    const CREDENTIALS: &str = "\u{feff}# keys\n[default]\naws_access_key_id = AKIDDEFAULT\n\
        aws_secret_access_key=s3cret/default=\n\n[cdn]\nAWS_ACCESS_KEY_ID = AKIDCDN\n\
        aws_secret_access_key = s3cret/cdn\naws_session_token = token/cdn\n; end\n";
    const CONFIG: &str = "[default]\nregion = eu-west-1\n[profile cdn]\ns3 =\n  \
        credential_process = no\n[profile process]\n\
        credential_process = \"/opt/a b/cred\" --for 'c d'\n\
        [profile \"two words\"]\naws_access_key_id = AKIDTWO\naws_secret_access_key = two\n\
        [profile signed-on]\nsso_session = work\naws_access_key_id = A\naws_secret_access_key = b\n\
        [profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = cdn\n\
        [profile empty]\nregion = eu-west-1\n[cdn2]\naws_access_key_id = A\n";

    fn find(name: &str) -> Result<ProfileContent, Failure> {
        let text = |text: &str| Secret::new(text.to_owned());
        SharedFiles {
            config: text(CONFIG),
            private_config: Ok(text(CONFIG)),
            credentials: text(CREDENTIALS),
        }
        .find(name)
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_key_is_taken_from_no_file_that_others_can_read() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, CONFIG).unwrap();
        let with_mode = async |mode: u32| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            SharedFiles::at(None, Some(path.clone()), &SecretVariables::default()).await.unwrap()
        };
        let open = with_mode(0o644).await;
        let failure = open.find("two words").unwrap_err();
        assert_eq!(failure.cause, Cause::Refused);
        assert!(failure.detail.contains("can be read by others"), "{failure}");
        assert!(matches!(open.find("process"), Ok(ProfileContent::Process(_))));
        let own = with_mode(0o600).await;
        assert!(matches!(own.find("two words"), Ok(ProfileContent::Key(_))));
    }

    #[test]
    fn a_profile_has_a_key_or_a_process() {
        for (name, id, secret, token) in [
            ("default", "AKIDDEFAULT", "s3cret/default=", None),
            ("cdn", "AKIDCDN", "s3cret/cdn", Some("token/cdn")),
            ("two words", "AKIDTWO", "two", None),
        ] {
            let Ok(ProfileContent::Key(key)) = find(name) else { panic!("{name}") };
            assert_eq!((key.id.as_str(), key.key.expose()), (id, secret));
            assert_eq!(key.token.as_ref().map(Secret::expose), token);
        }
        let Ok(ProfileContent::Process(words)) = find("process") else { panic!("no process") };
        assert_eq!(words, ["/opt/a b/cred", "--for", "c d"]);
    }

    #[test]
    fn what_only_the_vendors_tools_can_follow_is_named_with_the_way_out() {
        for (name, key) in [("signed-on", "sso_session"), ("role", "role_arn")] {
            let failure = find(name).unwrap_err();
            assert_eq!(failure.cause, Cause::Refused);
            assert!(failure.detail.contains(key), "{failure}");
            assert!(failure.detail.contains("\"export-credentials\", \"--profile\""), "{failure}");
        }
        for name in ["nobody", "cdn2", "empty"] {
            let failure = find(name).unwrap_err();
            assert!(failure.detail.contains(name), "{failure}");
        }
    }

    #[test]
    fn the_files_are_at_home_or_where_the_environment_says() {
        let home = || Some(PathBuf::from("/home/mira"));
        for (named, wanted) in [
            (None, "/home/mira/.aws/config"),
            (Some(""), "/home/mira/.aws/config"),
            (Some("~/keys"), "/home/mira/keys"),
            (Some("/etc/keys"), "/etc/keys"),
        ] {
            let found = path(named.map(PathBuf::from), home(), "config").unwrap();
            assert_eq!(found, PathBuf::from(wanted));
        }
    }
}
