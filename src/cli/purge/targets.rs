//! The targets of a purge, from flags, a file or standard input.

use std::io::Read;
use std::path::Path;

use super::Options;
use crate::cli::console::Console;
use crate::cli::error::{Class, CliError};
use crate::domain::document::{self, Document, DocumentFormat, decode};
use crate::domain::text::escape_control;

/// Largest file of targets, in bytes; the same as in the dashboard.
const MAX_BYTES: u64 = 16 << 20;

/// A text with targets, and the format in which it is to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenTargets {
    pub(super) text: String,
    pub(super) format: Option<DocumentFormat>,
}

impl GivenTargets {
    /// Reads them as a draft of them does.
    pub(super) fn read(&self) -> Document<'_> {
        document::read(&self.text, self.format)
    }
}

/// Takes the targets of the flags whole, one a line, and those of the file as its format has them.
pub(super) fn read(options: &Options, console: Console) -> Result<GivenTargets, CliError> {
    let mut text = String::new();
    let (kind, given) = options.given();
    for target in given {
        if target.contains(['\n', '\r']) {
            let message = format!(
                "one argument holds several lines: {}; nothing was sent",
                escape_control(target, 80)
            );
            return Err(CliError::new(Class::Usage, message)
                .hint("Each argument is one target, taken whole. Give lists with --from -."));
        }
        text.push_str(target);
        text.push('\n');
    }
    let Some(path) = &options.from else {
        return Ok(GivenTargets { text, format: Some(DocumentFormat::Lines) });
    };
    let file = read_file(path)?;
    let format = options.read_as.or_else(|| DocumentFormat::of_kind(kind));
    if text.is_empty() {
        return Ok(GivenTargets { text: file, format });
    }
    // Beside arguments, the file's targets become lines too.
    let document = document::read(&file, format);
    if let Some(broken) = &document.broken {
        let message = format!(
            "{}, line {}: no {} from here on: {}",
            path.display(),
            broken.line + 1,
            document.format.word(),
            escape_control(&broken.words, 200)
        );
        return Err(CliError::new(Class::Usage, message)
            .hint("Mend it, or choose another format with --as."));
    }
    console.info(&format!("{} {}", path.display(), document.read_as().words()));
    for entry in &document.entries {
        text.push_str(&entry.text);
        text.push('\n');
    }
    Ok(GivenTargets { text, format: Some(DocumentFormat::Lines) })
}

fn read_file(path: &Path) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| CliError::file(path, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("{} is larger than {} MiB", path.display(), MAX_BYTES >> 20);
        return Err(CliError::new(Class::Usage, message).hint("Split it, or purge by pattern."));
    }
    decode::bytes(&bytes)
        .map_err(|error| CliError::new(Class::Usage, format!("{}: {error}", path.display())))
}
