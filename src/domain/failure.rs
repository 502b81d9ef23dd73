//! Why a vendor's API did not do what it was asked, in the terms that decide what may happen next.

use std::fmt;
use std::time::Duration;

/// A request to a vendor that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// The cause, which decides what may happen next.
    pub cause: Cause,
    /// The vendor's own words or the system's, cleaned of control characters and secrets and cut to
    /// a sane length; may be empty.
    pub detail: Box<str>,
    /// Words that may hold anything, as those of a program that failed: for the screen alone,
    /// neither log nor store gets them.
    pub said: Option<Box<str>>,
    /// The HTTP status, where there was an answer.
    pub http_status: Option<u16>,
    /// The vendor's own code for it, where it gave one.
    pub code: Option<String>,
    /// The vendor's id of the request, which its support asks for; where it gave one.
    pub request: Option<Box<str>>,
    /// Tells if a purge may have taken effect although this failure came back.
    pub applied: Applied,
}

/// The longest "come back later" that is believed: a vendor's longest window is a day, and nobody
/// would hear of a request again that waits for longer.
pub const LONGEST_PAUSE: Duration = Duration::from_hours(24);

/// The cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The credentials are missing, wrong or expired.
    Unauthenticated,
    /// The credentials are good and do not allow this.
    Forbidden,
    /// The vendor does not know the resource or the endpoint.
    NotFound,
    /// Too many requests; when to come back, if the vendor said.
    RateLimited {
        /// The vendor's own word on when to come back.
        retry_after: Option<Duration>,
    },
    /// The vendor answers for shorter ranges of time only.
    RangeTooLong,
    /// A quota is used up until the vendor resets it, usually at the end of its day.
    QuotaUsedUp,
    /// The vendor read the request and refuses it as it is.
    Rejected {
        /// Complaints about single fields or targets.
        errors: Vec<FieldError>,
    },
    /// Our clock and the vendor's are too far apart for a signature to hold.
    ClockSkew {
        /// Ours minus theirs, in seconds, where the vendor's answer carried a date.
        seconds: Option<i64>,
    },
    /// Nothing was sent: no address, no connection, no trust.
    Unreachable,
    /// The connection was lost, or the answer did not come in time.
    Lost,
    /// The vendor failed on its side (5xx).
    VendorError,
    /// There was an answer and it makes no sense: broken JSON, an HTML page, an endless body.
    BadAnswer,
    /// The vendor has switched this API off.
    Retired,
    /// This vendor cannot do that.
    Unsupported,
    /// We would not send it: a redirect to another host, a plain-text base URL, a missing secret.
    Refused,
}

/// A vendor's complaint about one field or one target of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field, as the vendor calls it.
    pub field: String,
    /// The target's number, counted from 0, where the vendor says.
    pub index: Option<usize>,
    /// The vendor's words.
    pub message: String,
}

/// Tells if a purge may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It has not: nothing was sent, or the vendor refused.
    No,
    /// Nobody knows: the request went out and no trustworthy answer came back.
    Maybe,
}

impl Cause {
    /// Returns true for a cause that goes away without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Unreachable
                | Self::Lost
                | Self::VendorError
                | Self::BadAnswer
        )
    }

    /// Returns true if a request that was sent may have been carried out all the same.
    pub fn hides_outcome(&self) -> bool {
        matches!(self, Self::Lost | Self::VendorError | Self::BadAnswer)
    }
}

impl Failure {
    /// A failure with no words of the vendor's, that certainly had no effect.
    pub fn new(cause: Cause) -> Self {
        Self {
            cause,
            detail: Box::default(),
            said: None,
            http_status: None,
            code: None,
            request: None,
            applied: Applied::No,
        }
    }

    /// Returns the failure with the vendor's or the system's words, cleaned and cut.
    #[must_use]
    pub fn with_message(mut self, detail: impl AsRef<str>) -> Self {
        self.detail = super::text::escape_control(detail.as_ref(), 600).into();
        self
    }

    /// Returns the failure with words for the screen alone.
    #[must_use]
    pub fn with_said(mut self, said: Option<String>) -> Self {
        self.said = said.map(Into::into);
        self
    }

    /// Returns the failure as the screen shows it, with the words that are for the screen alone.
    pub fn on_screen(&self) -> String {
        match &self.said {
            Some(said) => format!("{self} ({said})"),
            None => self.to_string(),
        }
    }

    /// Returns the failure with the vendor's id of the request, cleaned and cut.
    #[must_use]
    pub fn with_request(mut self, request: Option<String>) -> Self {
        let request = request.filter(|request| !request.trim().is_empty());
        self.request = request.map(|request| super::text::escape_control(&request, 60).into());
        self
    }

    /// Returns true if the same request may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        self.cause.is_transient()
    }

    /// Returns true if the vendor refuses this question and not the asker: another question may
    /// well be answered.
    pub fn is_about_the_question(&self) -> bool {
        matches!(
            self.cause,
            Cause::Rejected { .. } | Cause::NotFound | Cause::Unsupported | Cause::RangeTooLong
        )
    }

    /// In a few words, for the accounts line: what is wrong.
    pub fn headline(&self) -> String {
        let words = match &self.cause {
            Cause::Unauthenticated => "token refused",
            Cause::Forbidden => "not allowed",
            Cause::NotFound => "not found",
            Cause::RateLimited { .. } => "rate limited",
            Cause::RangeTooLong => "range too long",
            Cause::QuotaUsedUp => "quota used up",
            Cause::Rejected { .. } => "rejected",
            Cause::ClockSkew { .. } => "clock is off",
            Cause::Unreachable => "cannot connect",
            Cause::Lost => "no answer",
            Cause::VendorError => "vendor error",
            Cause::BadAnswer => "unreadable answer",
            Cause::Retired => "API retired",
            Cause::Unsupported => "not offered",
            Cause::Refused => "not sent",
        };
        self.http_status.map_or_else(|| words.to_owned(), |status| format!("{status} {words}"))
    }

    /// Returns the failure and what the operator can do about it, as sentences; last, which may be
    /// cut off, the vendor's id of the request.
    pub fn with_advice(&self) -> String {
        let words = Self { request: None, ..self.clone() }.to_string();
        let advice = format!("{}. {}", words.trim_end_matches('.'), self.advice());
        format!("{advice}{}", self.request_words())
    }

    /// Returns the same as the screen shows it.
    pub fn with_advice_on_screen(&self) -> String {
        match &self.said {
            Some(said) => format!("{} It said: {said}", self.with_advice()),
            None => self.with_advice(),
        }
    }

    fn request_words(&self) -> String {
        self.request.as_ref().map(|request| format!(" (request {request})")).unwrap_or_default()
    }

    /// Returns advice for the operator, as one sentence.
    pub fn advice(&self) -> &'static str {
        match &self.cause {
            Cause::Unauthenticated => {
                "Check the account's secret: it may be cut short, expired or revoked."
            }
            Cause::Forbidden => "The token's role does not allow this; ask for one that may purge.",
            Cause::NotFound => {
                "Check that the resource still exists in this account, and the account's base URL."
            }
            Cause::RateLimited { .. } => "Somebody used up the window; it opens again by itself.",
            Cause::RangeTooLong => "Shorter ranges are asked for by themselves.",
            Cause::QuotaUsedUp => {
                "The vendor's daily quota is spent; wait for its reset or ask the vendor for more."
            }
            Cause::Rejected { .. } => "Mend the targets that the vendor names and send again.",
            Cause::ClockSkew { .. } => {
                "Set this machine's clock (NTP); signatures hold only within minutes."
            }
            Cause::Unreachable => "Check the network, the proxy and the account's base URL.",
            Cause::Lost => {
                "The network or the vendor is slow; it is tried again, and a purge is looked up \
                 before anything else."
            }
            Cause::VendorError => {
                "The vendor has a fault on its side; it is tried again with growing pauses."
            }
            Cause::BadAnswer => {
                "Something between here and the vendor answers in its place, or its API changed."
            }
            Cause::Retired => "Use the vendor's newer API for this account.",
            Cause::Unsupported => "Use another kind of purge for this account.",
            Cause::Refused => "Mend the configuration that the message names.",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline())?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        if let Cause::ClockSkew { seconds: Some(seconds) } = self.cause {
            let (amount, side) =
                (seconds.unsigned_abs(), if seconds < 0 { "behind" } else { "ahead" });
            write!(f, ": this machine is {amount} s {side}")?;
        }
        if let Cause::RateLimited { retry_after: Some(after) } = self.cause {
            write!(f, ", come back in {} s", after.as_secs())?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        f.write_str(&self.request_words())
    }
}
