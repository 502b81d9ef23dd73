//! Saves a view in the user's own file, which otherwise stays as it is, with its comments.

use std::io;
use std::path::Path;

use toml::de::DeTable;

use super::file;
use super::paths::{replace, write_private_new};
use super::schema::{Settings, View};
use super::value::to_toml;
use crate::domain::sort::Sort;
use crate::domain::view::SavedView;

/// Error of saving a view.
#[derive(Debug, thiserror::Error)]
pub enum SaveViewError {
    /// The file could not be read or written.
    #[error("cannot write {path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// The system's error.
        error: io::Error,
    },
    /// The file has errors, or would have them with the view in it.
    #[error("{path} has errors; run `purgedeck config check`, then save the view again")]
    Invalid {
        /// The file.
        path: String,
    },
}

/// Saves a view: one of the same name gets the new filter in its place, a new one is added at the
/// end. A missing file is created for its owner alone. The file is replaced as a whole, so a crash
/// leaves the old or the new one.
pub fn save_view(path: &Path, view: &SavedView) -> Result<(), SaveViewError> {
    let io_error = |error| SaveViewError::Io { path: path.display().to_string(), error };
    let (old, exists) = match std::fs::read_to_string(path) {
        Ok(text) => (text, true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (String::new(), false),
        Err(error) => return Err(io_error(error)),
    };
    let new = with_view(&old, view)
        .ok_or_else(|| SaveViewError::Invalid { path: path.display().to_string() })?;
    if exists {
        replace(path, &new).map_err(io_error)
    } else {
        write_private_new(path, &new).map_err(io_error)
    }
}

/// Returns the text with the view in it; `None` if it has errors before or after.
fn with_view(text: &str, view: &SavedView) -> Option<String> {
    let SavedView { name, filter, panes, sort, columns } = view;
    let table = DeTable::parse(text).ok()?;
    let existing = table
        .get_ref()
        .get("view")
        .and_then(|views| views.get_ref().as_array())
        .into_iter()
        .flat_map(|views| views.iter())
        .filter_map(|view| view.get_ref().as_table())
        .find(|view| view.get("name").is_some_and(|value| value.get_ref().as_str() == Some(name)));
    let (name_text, filter_text) = (to_toml(name), to_toml(filter));
    // What is as it is anyway is only written over what is there.
    let others = [
        ("columns", to_toml(columns), columns.is_empty()),
        ("sort", to_toml(sort), *sort == Sort::default()),
        ("panes", to_toml(panes), panes.is_empty()),
    ];
    let new = if let Some(view) = existing {
        let mut changes = vec![(view.get("filter")?.span(), filter_text)];
        let (filter_key, _) = view.get_key_value("filter")?;
        let before = filter_key.span().start;
        for (key, text, is_usual) in others {
            if let Some(value) = view.get(key) {
                changes.push((value.span(), text));
            } else if !is_usual {
                changes.push((before..before, format!("{key} = {text}\n")));
            }
        }
        // From the end, so that the places before stay.
        changes.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        let mut new = text.to_owned();
        for (span, change) in changes {
            new.replace_range(span, &change);
        }
        new
    } else {
        let told = others.iter().rev().filter(|(.., is_usual)| !is_usual);
        let more: Vec<String> = told.map(|(key, text, _)| format!("{key} = {text}\n")).collect();
        let more = more.concat();
        let gap = match text {
            "" => "",
            _ if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        format!("{text}{gap}[[view]]\nname = {name_text}\nfilter = {filter_text}\n{more}")
    };
    let (file, errors) = file::read(&new, &mut Settings::default());
    let is_it = |read: &View| {
        (&read.name, &read.filter, &read.panes) == (name, filter, panes)
            && (&read.sort, &read.columns) == (sort, columns)
    };
    let saved = file.views.iter().any(is_it);
    (errors.is_empty() && saved).then_some(new)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn view(name: &str, filter: &str) -> SavedView {
        SavedView { name: name.to_owned(), filter: filter.to_owned(), ..SavedView::default() }
    }

    const FILE: &str = r#"# mine
theme = "light" # nice

[[view]]
# at night
name = "Failed"
filter = "status:failed" # all

[keys]
quit = "q""#;

    #[test]
    fn a_new_view_is_added_and_nothing_else_changes() {
        let new = with_view(FILE, &view("My \"www\"", "cname:www.*")).unwrap();
        assert_eq!(
            new,
            format!("{FILE}\n\n[[view]]\nname = 'My \"www\"'\nfilter = \"cname:www.*\"\n")
        );
    }

    #[test]
    fn a_view_of_the_same_name_gets_the_new_filter_in_its_place() {
        let new = with_view(FILE, &view("Failed", "status:failed since:24h")).unwrap();
        assert_eq!(new, FILE.replace("\"status:failed\"", "\"status:failed since:24h\""));
    }

    #[test]
    fn the_panes_of_a_view_come_and_go_with_it() {
        let mut split = view("Failed", "kind:all");
        split.panes = vec!["right of 1: status:failed".parse().unwrap()];
        let new = with_view(FILE, &split).unwrap();
        let panes = "panes = [\"right of 1: status:failed\"]\nfilter = \"kind:all\" # all";
        assert_eq!(new, FILE.replace("filter = \"status:failed\" # all", panes));
        let one = with_view(&new, &view("Failed", "kind:all")).unwrap();
        assert!(one.contains("panes = []\nfilter = \"kind:all\" # all"), "{one}");
        split.name = "New".to_owned();
        let added = with_view(FILE, &split).unwrap();
        assert!(added.ends_with("panes = [\"right of 1: status:failed\"]\n"), "{added}");
    }

    #[test]
    fn order_and_columns_of_a_view_come_and_go_with_it() {
        let mut sorted = view("Failed", "status:failed");
        sorted.sort = "-targets".parse().unwrap();
        sorted.columns = vec!["time".parse().unwrap(), "cname 40".parse().unwrap()];
        let new = with_view(FILE, &sorted).unwrap();
        let keys = "sort = \"-targets\"\ncolumns = [\"time\", \"cname 40\"]\nfilter = ";
        assert_eq!(new, FILE.replace("filter = ", keys));
        let usual = with_view(&new, &view("Failed", "status:failed")).unwrap();
        assert!(usual.contains("sort = \"time\"\ncolumns = []\n"), "{usual}");
        sorted.name = "New".to_owned();
        let added = with_view(FILE, &sorted).unwrap();
        assert!(added.ends_with("sort = \"-targets\"\ncolumns = [\"time\", \"cname 40\"]\n"));
    }

    #[test]
    fn a_faulty_file_is_left_alone() {
        assert_eq!(with_view("theme = ", &view("a", "b")), None);
        assert_eq!(with_view("view = []\n", &view("a", "b")), None);
        assert_eq!(with_view("colr = \"red\"\n", &view("a", "b")), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_first_view_makes_a_file_for_its_owner_alone_and_a_second_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("purgedeck/config.toml");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        save_view(&path, &view("One", "")).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        save_view(&path, &view("Two", "kind:all")).unwrap();
        assert_eq!(mode(&path), 0o640);
        let text = std::fs::read_to_string(&path).unwrap();
        let (file, errors) = file::read(&text, &mut Settings::default());
        assert_eq!((file.views.len(), errors.len()), (2, 0));
    }
}
