//! What the command line asks for, as a draft.

use std::io::Read;

use super::Options;
use super::known::Known;
use crate::cli::error::{Class, CliError};
use crate::domain::draft::Draft;
use crate::domain::kind::Kind;

/// The largest file of targets, in bytes; the same as on the screen.
const LARGEST: u64 = 16 << 20;

/// The targets of the flags and of the file, one to a line.
pub(super) fn text(options: &Options) -> Result<String, CliError> {
    let mut text = String::new();
    for target in options.url.iter().chain(&options.pattern) {
        text.push_str(target);
        text.push('\n');
    }
    if let Some(path) = &options.from {
        let mut bytes = Vec::new();
        let read = if path.as_os_str() == "-" {
            std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
        } else {
            std::fs::File::open(path)
                .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        };
        read.map_err(|error| CliError::file(path, &error))?;
        if bytes.len() as u64 > LARGEST {
            let words = format!("{} is larger than {} MiB", path.display(), LARGEST >> 20);
            return Err(CliError::new(Class::Usage, words).hint("Split it, or purge by pattern."));
        }
        let read = String::from_utf8(bytes).map_err(|_| {
            CliError::new(Class::Usage, format!("{} is not UTF-8 text", path.display()))
        })?;
        text.push_str(&read);
    }
    Ok(text)
}

/// The draft.
pub(super) fn draft(options: &Options, text: String, known: &Known) -> Result<Draft, CliError> {
    let kind = if options.all {
        Some(Kind::All)
    } else if !options.pattern.is_empty() {
        Some(Kind::Pattern)
    } else if !options.url.is_empty() {
        Some(Kind::Url)
    } else {
        None
    };
    Ok(Draft {
        text,
        kind,
        resource: options.resource.as_deref().map(|name| known.resource(name)).transpose()?,
        mode: options.mode.clone(),
        area: None,
        reason: options.reason.trim().to_owned(),
        ticket: options.ticket.trim().to_owned(),
    })
}
