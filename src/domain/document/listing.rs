//! Lists of files: of `git diff --name-only` and `--name-status`, `git status --porcelain`,
//! `aws s3 ls` and `sync`, and `find`.

use std::borrow::Cow;

use super::escape::{path_of_file, unquoted};
use super::host::is_file;
use super::places::place_of;
use super::{Document, OmissionReason};

/// The number of lines by which a listing is known.
const SAMPLE: usize = 50;

/// One line of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row<'a> {
    /// One file, or a file and the name that it had.
    Files(&'a str, Option<&'a str>),
    /// A directory.
    Directory,
    /// A message of the tool, or a file that it passes over.
    Message,
}

/// Returns true if most of the first lines are of such a list.
pub(super) fn is_listing(text: &str) -> bool {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let (mut all, mut known, mut sure) = (0, 0, 0);
    for line in lines.take(SAMPLE) {
        let row = row(line);
        all += 1;
        known += usize::from(row.is_some());
        sure += usize::from(matches!(row, Some(Row::Files(..) | Row::Directory)));
    }
    (sure > 0 && known * 5 >= all * 4) || is_of_names(text)
}

/// Returns true if every line is a file's path as git writes it: without a slash before it, and one
/// of them with a blank inside.
fn is_of_names(text: &str) -> bool {
    let is_name = |line: &str| {
        let (folder, name) = line.split_once('/').unwrap_or_default();
        !folder.is_empty()
            && folder.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
            && name.rsplit_once('.').is_some_and(|_| is_file(name))
            && !name.contains([',', ';', '"', '\'', '`', '<', '>', '(', '|', ':', '#', '\t'])
    };
    let blank = |line: &str| {
        let (before, after) = line.split_once(' ').unwrap_or_default();
        !before.rsplit('/').next().unwrap_or_default().contains('.') && !after.contains('/')
    };
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).peekable();
    let mut blanks = 0;
    let all = lines.peek().is_some()
        && lines.all(|line| {
            let has_blank = line.contains(' ');
            blanks += usize::from(has_blank);
            is_name(line) && (!has_blank || blank(line))
        });
    all && blanks > 0
}

/// Reads the names of the files as paths from the root.
pub(super) fn read(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let is_of_status = text.lines().any(|line| name_status(line).is_some());
    for (line, words) in text.lines().enumerate() {
        // What a progress bar wrote over does not stand there any more.
        let words = words.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default();
        if words.trim().is_empty() {
            continue;
        }
        // A line of nothing but a name is a file of git's; among statuses, a commit's subject.
        let whole = if is_of_status { Row::Message } else { Row::Files(words.trim(), None) };
        let row = row(words).unwrap_or(whole);
        match row {
            Row::Files(name, second) => {
                for name in [Some(name), second].into_iter().flatten() {
                    let (file, place) = (file(name), place_of(text, name));
                    let place = place.filter(|_| matches!(file, Cow::Borrowed(it) if it == name));
                    document.put(line, file, place);
                }
            }
            Row::Message => document.omit(line, OmissionReason::Words, false),
            Row::Directory => document.omit(line, OmissionReason::Directory, true),
        }
    }
    document
}

/// A file's path as a URL has it.
fn file(name: &str) -> Cow<'_, str> {
    let quoted = name.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let name = quoted.map_or(Cow::Borrowed(name), unquoted);
    match name {
        Cow::Borrowed(name) => path_of_file(name.strip_prefix("./").unwrap_or(name)),
        Cow::Owned(name) => {
            Cow::Owned(path_of_file(name.strip_prefix("./").unwrap_or(&name)).into_owned())
        }
    }
}

/// Reads a line by the forms that cannot be mistaken for a plain list.
fn row(line: &str) -> Option<Row<'_>> {
    let line = line.trim_end();
    name_status(line)
        .or_else(|| porcelain(line))
        .or_else(|| s3_copy(line.trim_start()))
        .or_else(|| s3_list(line.trim_start()))
        .or_else(|| found(line))
        .or_else(|| matched(line))
        .or_else(|| message(line).then_some(Row::Message))
}

/// `path:12:words`, of `grep -n`.
fn matched(line: &str) -> Option<Row<'_>> {
    let (name, rest) = line.split_once(':')?;
    let (number, _) = rest.split_once(':')?;
    let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
    let is_name = name.contains('/') && !name.starts_with('/') && is_file(name);
    (is_number && is_name).then_some(Row::Files(name, None))
}

/// `Completed 1.2 KiB/3.4 KiB …`, `upload failed: …`, of `aws s3`: what failed has not changed.
fn message(line: &str) -> bool {
    let line = line.trim_start();
    let failed = line.split_once(" failed: ").map(|(verb, _)| verb);
    if failed.is_some_and(|verb| S3_VERBS.contains(&verb)) || line.starts_with("fatal error: ") {
        return true;
    }
    (line.starts_with("Completed ") && line.contains(" remaining"))
        || line.starts_with("Total Objects:")
        || line.starts_with("Total Size:")
}

/// `M\tpath`, `R100\told\tnew`.
fn name_status(line: &str) -> Option<Row<'_>> {
    let (status, names) = line.split_once('\t')?;
    let (letter, score) = status.split_at_checked(1)?;
    if !"MADRCTUX".contains(letter) || !score.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    Some(match names.split_once('\t') {
        Some((old, new)) => Row::Files(old, Some(new)),
        None => Row::Files(names, None),
    })
}

/// ` M path`, `?? path`, `R  old -> new`.
fn porcelain(line: &str) -> Option<Row<'_>> {
    let (status, names) = line.split_at_checked(3)?;
    let marks = status.strip_suffix(' ')?;
    let is_status = marks.trim() != "" && marks.chars().all(|it| " MADRCTU?!".contains(it));
    if !is_status {
        return None;
    }
    if marks == "!!" {
        // What git was told to pass over is in no commit.
        return Some(Row::Message);
    }
    Some(match names.split_once(" -> ") {
        Some((old, new)) => Row::Files(old, Some(new)),
        None => Row::Files(names, None),
    })
}

/// The words by which `aws s3` says what it did with a file.
const S3_VERBS: [&str; 4] = ["upload", "copy", "move", "delete"];

/// `upload: a to s3://bucket/key`, `delete: s3://bucket/key`, `upload: 'a' -> 's3://bucket/key'`.
fn s3_copy(line: &str) -> Option<Row<'_>> {
    let line = line.strip_prefix("(dryrun) ").unwrap_or(line);
    let (verb, rest) = line.split_once(": ")?;
    if !S3_VERBS.contains(&verb) {
        return None;
    }
    let at = rest.rfind("s3://")?;
    let object = rest.get(at + 5..)?;
    let object = object.split_once("'  [").map_or(object, |(object, _)| object);
    key(object.trim_end_matches('\''))
}

/// `2026-11-20 10:00:00   12345 key`, `PRE directory/`.
fn s3_list(line: &str) -> Option<Row<'_>> {
    if line.strip_prefix("PRE ").is_some_and(|it| it.ends_with('/')) {
        return Some(Row::Directory);
    }
    let (date, rest) = line.split_once(' ')?;
    let (time, rest) = rest.split_once(' ')?;
    let digits = |text: &str, mark: u8| {
        text.len() >= 5 && text.bytes().all(|byte| byte == mark || byte.is_ascii_digit())
    };
    if date.len() != 10 || !digits(date, b'-') || !digits(time, b':') {
        return None;
    }
    let (size, name) = rest.trim_start().split_once(' ')?;
    if size == "DIR" {
        return Some(Row::Directory);
    }
    let is_size = size.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let name = name.trim_start();
    let units = ["Bytes ", "Byte ", "KiB ", "MiB ", "GiB ", "TiB "];
    let name = units.iter().find_map(|unit| name.strip_prefix(unit)).unwrap_or(name);
    is_size.then_some(())?;
    if name.ends_with('/') && !name.starts_with("s3://") {
        return Some(Row::Directory);
    }
    match name.strip_prefix("s3://") {
        Some(object) => key(object),
        None => Some(Row::Files(name, None)),
    }
}

/// The key of `bucket/key`.
fn key(object: &str) -> Option<Row<'_>> {
    let (_, key) = object.split_once('/')?;
    Some(if key.is_empty() || key.ends_with('/') { Row::Directory } else { Row::Files(key, None) })
}

/// `./img/a.jpg`.
fn found(line: &str) -> Option<Row<'_>> {
    match line {
        "." | "./" => Some(Row::Directory),
        _ if line.ends_with('/') => None,
        _ => line.starts_with("./").then_some(Row::Files(line, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_every_tool_become_paths() {
        for (text, expected) in [
            (
                "M\tpublic/a.jpg\nR100\told.jpg\tnew.jpg\nA\t\"public/\\303\\251 x.jpg\"",
                &["public/a.jpg", "old.jpg", "new.jpg", "public/é%20x.jpg"][..],
            ),
            (
                " M a.css\n?? img/b c.jpg\nR  old.js -> new.js",
                &["a.css", "img/b%20c.jpg", "old.js", "new.js"],
            ),
            (
                "2026-11-20 10:00:00      12345 img/a b.jpg\n                           PRE css/",
                &["img/a%20b.jpg"],
            ),
            (
                "upload: public/a.jpg to s3://bucket/img/a.jpg\ndelete: s3://bucket/b.jpg\n(dryrun) copy: s3://x/c to s3://y/d/c",
                &["img/a.jpg", "b.jpg", "d/c"],
            ),
            ("2026-11-20 10:00      1234   s3://bucket/a.jpg", &["a.jpg"]),
            ("upload: 'a.jpg' -> 's3://bucket/a.jpg'  [1 of 1]", &["a.jpg"]),
            (".\n./img/a.jpg\n./b#1.html", &["img/a.jpg", "b%231.html"]),
        ] {
            assert!(is_listing(text), "{text}");
            let document = read(text);
            let texts: Vec<_> = document.entries.iter().map(|it| it.text.as_ref()).collect();
            assert_eq!(texts, expected, "{text}");
        }
        for text in ["/a\n/b", "img/a.jpg\nimg/b.jpg", "A text of words", "https://h.com/a\t200"] {
            assert!(!is_listing(text), "{text}");
        }
    }

    #[test]
    fn git_s_own_list_of_names_is_read_where_it_is_asked_for() {
        let document = read("public/a.jpg\n\"public/we\\\"ird.jpg\"");
        let texts: Vec<_> = document.entries.iter().map(|it| it.text.as_ref()).collect();
        assert_eq!(texts, ["public/a.jpg", "public/we%22ird.jpg"]);
    }
}
