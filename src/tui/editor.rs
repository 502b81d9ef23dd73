//! The operator's own editor on a text.

use std::io::Write;

use tokio::process::Command;

use crate::config::secret::variables::SecretVariables;

/// Lets `$VISUAL`, `$EDITOR` or else `vi` edit the text in a file that only its owner can read and
/// that is gone afterwards. The editor does not get the variables that are withheld. Returns `None`
/// where the text came back unchanged, and an error text where the editor failed.
pub async fn edit(text: &str, withheld: &SecretVariables) -> Result<Option<String>, String> {
    let line = ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|line| !line.trim().is_empty())
        .unwrap_or_else(|| "vi".to_owned());
    edit_with(&line, text, withheld).await
}

/// The same with the editor's command line given.
async fn edit_with(
    line: &str,
    text: &str,
    withheld: &SecretVariables,
) -> Result<Option<String>, String> {
    let words = shlex::split(line).filter(|words| !words.is_empty());
    let Some((program, arguments)) = words.as_deref().and_then(<[String]>::split_first) else {
        return Err(format!("`{line}` in $EDITOR cannot be read as a command line"));
    };
    let failed = |what: &str, error: std::io::Error| format!("{what}: {error}");
    let mut file = tempfile::Builder::new()
        .prefix("purgedeck-")
        .suffix(".txt")
        .tempfile()
        .map_err(|error| failed("no temporary file can be made for the editor", error))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.flush())
        .map_err(|error| failed("the temporary file cannot be written", error))?;
    let path = file.into_temp_path();
    let status = withheld
        .withhold_from(&mut Command::new(program))
        .args(arguments)
        .arg(&path)
        .status()
        .await
        .map_err(|error| failed(&format!("the editor {program} cannot be started"), error))?;
    if !status.success() {
        return Err(format!("the editor {program} ended with {status}; the text is as it was"));
    }
    let edited = std::fs::read_to_string(&path)
        .map_err(|error| failed("the edited text cannot be read", error))?;
    Ok((edited.trim_end() != text.trim_end()).then_some(edited))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn none() -> SecretVariables {
        SecretVariables::default()
    }

    #[tokio::test]
    async fn an_editor_gets_the_environment_without_secrets() {
        // A variable that every test has, in the place of a secret.
        let withheld = SecretVariables::new(["HOME".to_owned()]);
        let line = "sh -c 'echo ${PATH+path}-${HOME+secret} > \"$1\"' --";
        assert_eq!(edit_with(line, "/a", &withheld).await, Ok(Some("path-\n".to_owned())));
    }

    #[tokio::test]
    async fn the_text_comes_back_as_the_editor_left_it() {
        let edited = edit_with("sh -c 'echo /b >> \"$1\"' --", "/a\n", &none()).await;
        assert_eq!(edited, Ok(Some("/a\n/b\n".to_owned())));
        assert_eq!(edit_with("true", "/a", &none()).await, Ok(None));
    }

    #[tokio::test]
    async fn an_editor_that_fails_or_is_missing_is_named() {
        let failed = edit_with("false", "/a", &none()).await;
        assert!(failed.is_err_and(|words| words.contains("false")));
        let missing = edit_with("no-such-editor-here", "/a", &none()).await;
        assert!(missing.is_err_and(|words| words.contains("no-such-editor-here")));
        let broken = edit_with("'", "/a", &none()).await;
        assert!(broken.is_err_and(|words| words.contains("$EDITOR")));
    }
}
