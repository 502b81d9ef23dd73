//! The forms in which the dashboard writes history into files: the same as those of `purgedeck history`.

use std::io::{self, Write};
use std::sync::Arc;

use super::error::CliError;
use super::listing::{Format, Listing, Looks};
use super::record::PurgeRecord;
use crate::domain::purge::PurgeDetail;
use crate::engine::{ExportForms, Scribe};

/// The forms by the endings of files.
pub fn forms() -> ExportForms {
    Arc::new(|ending, out| {
        let format = match ending {
            "csv" => Format::Csv,
            "json" => Format::Json,
            "ndjson" | "jsonl" => Format::Ndjson,
            "txt" => Format::Table,
            _ => return None,
        };
        Some(Box::new(FileListing { begun: None, format, out: Some(out) }))
    })
}

type Out = Box<dyn Write + Send>;

/// A list whose beginning is written with its first purge or its end.
struct FileListing {
    begun: Option<Listing<Out>>,
    format: Format,
    out: Option<Out>,
}

impl FileListing {
    fn listing(&mut self) -> io::Result<&mut Listing<Out>> {
        if let Some(out) = self.out.take() {
            let begun = Listing::begin::<PurgeRecord>(self.format, Looks::default(), out);
            self.begun = Some(begun.map_err(as_io)?);
        }
        self.begun.as_mut().ok_or_else(|| io::Error::other("the file could not be begun"))
    }
}

impl Scribe for FileListing {
    fn write(&mut self, purge: PurgeDetail) -> io::Result<()> {
        self.listing()?.put(&PurgeRecord::from(purge)).map_err(as_io)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.listing()?;
        match self.begun {
            Some(listing) => listing.end().map_err(as_io),
            None => Ok(()),
        }
    }
}

fn as_io(error: CliError) -> io::Error {
    io::Error::other(error.words)
}
