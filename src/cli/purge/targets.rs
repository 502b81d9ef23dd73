//! The targets of a purge, from flags, a file or standard input.

use std::io::Read;

use super::Options;
use crate::cli::error::{Class, CliError};

/// Largest file of targets, in bytes; the same as in the dashboard.
const MAX_BYTES: u64 = 16 << 20;

/// Joins the targets of the flags and of the file, one a line.
pub(super) fn read(options: &Options) -> Result<String, CliError> {
    let mut text = String::new();
    for target in options.url.iter().chain(&options.pattern) {
        text.push_str(target);
        text.push('\n');
    }
    if let Some(path) = &options.from {
        let mut bytes = Vec::new();
        let read = if path.as_os_str() == "-" {
            std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)
        } else {
            std::fs::File::open(path)
                .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        };
        read.map_err(|error| CliError::file(path, &error))?;
        if bytes.len() as u64 > MAX_BYTES {
            let message = format!("{} is larger than {} MiB", path.display(), MAX_BYTES >> 20);
            return Err(CliError::new(Class::Usage, message).hint("Split it, or purge by pattern."));
        }
        let read = String::from_utf8(bytes).map_err(|_| {
            CliError::new(Class::Usage, format!("{} is not UTF-8 text", path.display()))
        })?;
        text.push_str(&read);
    }
    Ok(text)
}
