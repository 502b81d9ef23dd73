//! The formats in which the dashboard writes history into files: those of `purgedeck history`.

use std::io::{self, Write};
use std::sync::Arc;

use super::error::CliError;
use super::listing::{Format, Listing, TableStyle};
use super::purge_record::PurgeRecord;
use crate::domain::purge::PurgeDetail;
use crate::engine::{ExportForms, Exporter};

/// Chooses the format by the file's extension.
pub fn formats() -> ExportForms {
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

/// A list that is begun with its first purge or its end.
struct FileListing {
    begun: Option<Listing<Out>>,
    format: Format,
    out: Option<Out>,
}

impl FileListing {
    fn listing(&mut self) -> io::Result<&mut Listing<Out>> {
        if let Some(out) = self.out.take() {
            let begun = Listing::begin::<PurgeRecord<'_>>(self.format, TableStyle::default(), out);
            self.begun = Some(begun.map_err(to_io)?);
        }
        self.begun.as_mut().ok_or_else(|| io::Error::other("the file could not be begun"))
    }
}

impl Exporter for FileListing {
    fn write(&mut self, purge: PurgeDetail) -> io::Result<()> {
        self.listing()?.put(&PurgeRecord::from(&purge)).map_err(to_io)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.listing()?;
        match self.begun {
            Some(listing) => listing.end().map_err(to_io),
            None => Ok(()),
        }
    }
}

fn to_io(error: CliError) -> io::Error {
    io::Error::other(error.message)
}
