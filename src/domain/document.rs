//! Takes a text that an operator hands over for what it is: its format is recognised by its form, a
//! parser made for that format reads it, and every entry of it ends as something to purge or as
//! something that was not read, with its line and the reason.
//!
//! Nothing here knows vendors, accounts or resources, and nothing is refused: an entry that cannot
//! be purged is the linter's to name.

mod command;
mod curl_config;
pub mod decode;
mod escape;
pub mod form;
mod har;
mod host;
mod html;
mod http;
mod json;
pub mod label;
mod lines;
mod listing;
mod log;
mod logged;
mod markup;
mod names;
mod places;
mod read_as;
mod recognise;
mod sitemap;
mod table;
mod text;
mod tokens;

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::words::words;

pub use read_as::{ReadAs, numbers};

words! {
    /// The format of what was handed over.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    DocumentFormat {
        /// One target on each line, taken whole: no comments, nothing split.
        Lines = "lines";
        /// Tags or hosts, between blanks and commas.
        Names = "names";
        /// Targets among words: bullets, quotes, links, prose, comments, command lines.
        #[default]
        Text = "text";
        /// A table: cells between commas, tabs or semicolons, with or without a heading.
        Csv = "csv";
        /// JSON, or one JSON value after the other.
        Json = "json";
        /// A sitemap or an index of sitemaps.
        Sitemap = "sitemap";
        /// The requests that a browser recorded.
        Har = "har";
        /// Command lines: curl, wget, PowerShell, `fetch(…)`.
        Curl = "curl";
        /// HTTP requests as they go over the wire.
        Http = "http";
        /// A web server's or CDN's access log.
        Log = "log";
        /// Names of files: of git, `aws s3`, `find`.
        Listing = "listing";
        /// Web pages and mails: the addresses of links and pictures.
        Html = "html";
    }
}

impl DocumentFormat {
    /// Returns the format of a text whose targets are all of a kind, where the kind tells it: by
    /// its form alone no name is a target.
    pub fn of_kind(kind: Option<Kind>) -> Option<Self> {
        match kind? {
            Kind::Tag | Kind::Host => Some(Self::Names),
            Kind::Regex => Some(Self::Lines),
            Kind::Url | Kind::IgnoreQuery | Kind::Pattern | Kind::All => None,
        }
    }

    /// Returns its name in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Lines => "a list of lines",
            Self::Names => "a list of names",
            Self::Text => "text",
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Sitemap => "a sitemap",
            Self::Har => "a HAR",
            Self::Curl => "command lines",
            Self::Http => "HTTP requests",
            Self::Log => "an access log",
            Self::Listing => "a list of files",
            Self::Html => "HTML",
        }
    }

    /// Returns true if its addresses were asked for or linked to: a star in one is a character, and
    /// a pattern is never meant.
    fn has_literal_stars(self) -> bool {
        match self {
            Self::Sitemap | Self::Har | Self::Http | Self::Log | Self::Html => true,
            // Of command lines, those that purge name patterns.
            Self::Lines
            | Self::Names
            | Self::Text
            | Self::Csv
            | Self::Json
            | Self::Curl
            | Self::Listing => false,
        }
    }

    /// Says which entries a reading in this format takes.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Lines => "each line is one target, whole",
            Self::Names => "tags or hosts, between blanks and commas",
            Self::Text => "targets among words, bullets, quotes and comments",
            Self::Csv => "the columns whose heading or cells say so",
            Self::Json => "strings under keys that name targets; NDJSON too",
            Self::Sitemap => "every <loc>",
            Self::Har => "the URL of every GET and HEAD",
            Self::Curl => "the URLs of curl, wget, PowerShell, fetch",
            Self::Http => "request lines with their Host",
            Self::Log => "what GET and HEAD asked for",
            Self::Listing => "file names of git, aws s3, find",
            Self::Html => "addresses of links and pictures",
        }
    }
}

/// A document's entries, and what of it is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document<'a> {
    /// The format in which it was read.
    pub format: DocumentFormat,
    /// The columns that were read, where it is a table.
    pub columns: Vec<String>,
    /// The pieces that name something to purge, or were clearly meant to, in their order.
    pub entries: Vec<DocumentEntry<'a>>,
    /// The pieces that were not read, in their order.
    pub omissions: Vec<Omission>,
    /// The place and the reason where it is broken: nothing from there on was read.
    pub broken: Option<BrokenAt>,
}

/// One piece of a document that names something to purge, or was clearly meant to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentEntry<'a> {
    /// Its line in the text, counted from 0.
    pub line: usize,
    /// The piece as it is meant: without quotes and brackets around it, the escapes of its source
    /// undone. Empty where somebody quoted nothing.
    pub text: Cow<'a, str>,
    /// True if its line says nothing else, but for a comment.
    pub alone: bool,
    /// The last line of what it stands in: a command may go on over several.
    pub until: usize,
    /// Its bytes in the text, as they stand there; `None` where it cannot be pointed at.
    pub place: Option<Range<usize>>,
}

/// A piece of a document that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Omission {
    /// Its line in the text, counted from 0.
    pub line: usize,
    /// The reason.
    pub reason: OmissionReason,
    /// True if it may well name something to purge.
    pub doubtful: bool,
}

/// Why a piece of a document was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OmissionReason {
    /// A comment.
    Comment,
    /// A heading or a mark of the format.
    Heading,
    /// Words that name nothing to purge, beside a target or on their own.
    Words,
    /// A row with nothing where the target should be.
    Empty,
    /// A column that is not the targets' own.
    Column(String),
    /// A key of JSON that names no targets.
    Key(String),
    /// A request that is no GET or HEAD, or did not come over HTTP.
    Method,
    /// A line that is not of this format.
    OtherForm,
    /// A directory or bucket of a listing.
    Directory,
    /// An argument of a command that is no URL by its form or by its option.
    Argument(String),
    /// A purge of everything in an export: it is never meant by form.
    Everything(String),
    /// A header of tags: it says nothing of a purge.
    TagHeader,
    /// The address of a sitemap; its pages are not in the document.
    Index,
    /// A star of a recorded address: its meaning as a wildcard. It is read as a character.
    Star,
    /// Stars around an address or behind it, read as emphasis or a footnote's mark.
    Emphasis,
    /// A directory with stars around it, which may be emphasis or a pattern's.
    StarsAround,
}

/// The place at which a document stops being of its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenAt {
    /// The line, counted from 0.
    pub line: usize,
    /// The parser's words.
    pub words: String,
}

/// Reads a document, in the format that was chosen or in the one that it is recognised as. Takes
/// time in proportion to its length.
pub fn read(text: &str, chosen: Option<DocumentFormat>) -> Document<'_> {
    let format = chosen.unwrap_or_else(|| recognise::format(text));
    let mut document = match format {
        DocumentFormat::Lines => lines::read(text),
        DocumentFormat::Names => names::read(text),
        DocumentFormat::Text => text::read(text),
        DocumentFormat::Curl if curl_config::is_config(text) => curl_config::read(text),
        DocumentFormat::Curl => text::read_commands(text),
        DocumentFormat::Csv => table::read(text),
        DocumentFormat::Json => json::read(text),
        DocumentFormat::Sitemap => sitemap::read(text),
        DocumentFormat::Har => har::read(text),
        DocumentFormat::Http => http::read(text),
        DocumentFormat::Log => log::read(text),
        DocumentFormat::Listing => listing::read(text),
        DocumentFormat::Html => html::read(text),
    };
    document.format = format;
    if format.has_literal_stars() {
        document.write_stars_out();
    }
    document
}

impl<'a> Document<'a> {
    /// Adds an entry; `place` tells where it stands in the text.
    fn put(&mut self, line: usize, text: Cow<'a, str>, place: Option<Range<usize>>) {
        self.entries.push(DocumentEntry { line, text, alone: false, until: line, place });
    }

    /// Writes the stars of all entries as characters, and says so.
    fn write_stars_out(&mut self) {
        let mut lines = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.text.contains('*')) {
            entry.text = Cow::Owned(escape::without_stars(&entry.text));
            entry.place = None;
            lines.push(entry.line);
        }
        for line in &lines {
            self.omit(*line, OmissionReason::Star, false);
        }
        if !lines.is_empty() {
            self.omissions.sort_by_key(|omission| omission.line);
        }
    }

    /// Adds something that was not read, once for each line and reason.
    fn omit(&mut self, line: usize, reason: OmissionReason, doubtful: bool) {
        let last = self.omissions.last_mut().filter(|it| it.line == line && it.reason == reason);
        match last {
            Some(last) => last.doubtful |= doubtful,
            None => self.omissions.push(Omission { line, reason, doubtful }),
        }
    }
}
