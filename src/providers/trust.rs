//! Certificates that the environment names. The TLS library passes over a place that it cannot
//! read; here it is an error instead, before anything is sent.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;

/// Checks the certificates that this process's environment names.
pub(super) fn check() -> Result<(), String> {
    check_in(|name| std::env::var_os(name))
}

fn check_in(variable: impl Fn(&str) -> Option<OsString>) -> Result<(), String> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(file) = set("SSL_CERT_FILE") {
        let opened = File::open(&file).and_then(|file| file.metadata());
        let fault = match opened {
            Ok(file) if file.is_dir() => "it is a directory".to_owned(),
            Ok(_) => return directories(set("SSL_CERT_DIR")),
            Err(error) => error.to_string(),
        };
        let file = Path::new(&file).display();
        return Err(format!(
            "SSL_CERT_FILE cannot be used: {file}: {fault}; set it to a file of certificates in \
             PEM, or unset it"
        ));
    }
    directories(set("SSL_CERT_DIR"))
}

/// Checks that one of the directories is there, as is usual for lists of places.
fn directories(list: Option<OsString>) -> Result<(), String> {
    let Some(list) = list else { return Ok(()) };
    if std::env::split_paths(&list).any(|path| path.is_dir()) {
        return Ok(());
    }
    Err(format!(
        "SSL_CERT_DIR cannot be used: there is no directory {}; set it to one with certificates \
         in PEM, or unset it",
        Path::new(&list).display()
    ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn checked(variables: &[(&str, &str)]) -> Result<(), String> {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        check_in(|name| find(name).map(|(_, value)| (*value).into()))
    }

    #[test]
    fn certificates_that_are_not_where_the_environment_says_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, "").unwrap();
        let (folder, file) = (folder.path().to_str().unwrap(), file.to_str().unwrap());
        let list = format!("/nowhere:{folder}");
        assert_eq!(checked(&[]), Ok(()));
        assert_eq!(checked(&[("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder)]), Ok(()));
        #[cfg(unix)]
        assert_eq!(checked(&[("SSL_CERT_DIR", &list)]), Ok(()));
        for (name, value) in [
            ("SSL_CERT_FILE", "/nowhere/ca.pem"),
            ("SSL_CERT_FILE", folder),
            ("SSL_CERT_DIR", "/nowhere"),
            ("SSL_CERT_DIR", file),
        ] {
            let error = checked(&[(name, value)]).unwrap_err();
            assert!(error.starts_with(&format!("{name} cannot be used")), "{error}");
            assert!(error.contains(value), "{error}");
        }
        assert!(checked(&[("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "/nowhere")]).is_err());
    }
}
