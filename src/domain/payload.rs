//! A purge request's payload. The types make the two worst mistakes impossible to write down: an
//! empty list, and a list of patterns that turns into "everything" because it is empty.

use serde::{Deserialize, Serialize};

use super::expression;
use super::ids::{AccountName, ResourceId};
use super::kind::Kind;
use super::limits::{Limits, Syntax};
use super::target::{is_root, path_of};

/// One or more targets, in the order in which the operator gave them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Targets(Vec<String>);

impl Targets {
    /// `None` for an empty list.
    pub fn new(targets: Vec<String>) -> Option<Self> {
        if targets.is_empty() { None } else { Some(Self(targets)) }
    }

    /// Makes a list of one target.
    pub fn one(target: impl Into<String>) -> Self {
        Self(vec![target.into()])
    }

    /// Returns their number; never 0.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl TryFrom<Vec<String>> for Targets {
    type Error = &'static str;

    fn try_from(targets: Vec<String>) -> Result<Self, Self::Error> {
        Self::new(targets).ok_or("a purge needs at least one target")
    }
}

impl From<Targets> for Vec<String> {
    fn from(targets: Targets) -> Self {
        targets.0
    }
}

/// The targets, in the form in which the vendor gets them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "targets")]
pub enum Payload {
    /// Single files.
    Url(Targets),
    /// Single files with any query string.
    IgnoreQuery(Targets),
    /// Directories, prefixes or wildcards.
    Pattern(Targets),
    /// Regular expressions over URLs.
    Regex(Targets),
    /// Host names.
    Host(Targets),
    /// Tags, as the vendor writes them.
    Tag(Targets),
    /// Everything. Only ever made because the operator asked for it by name.
    All,
}

impl Payload {
    /// Makes the payload of a purge of this kind; `None` without the targets that it needs.
    pub fn new(kind: Kind, targets: impl IntoIterator<Item = impl Into<String>>) -> Option<Self> {
        let targets = || Targets::new(targets.into_iter().map(Into::into).collect());
        Some(match kind {
            Kind::Url => Self::Url(targets()?),
            Kind::IgnoreQuery => Self::IgnoreQuery(targets()?),
            Kind::Pattern => Self::Pattern(targets()?),
            Kind::Regex => Self::Regex(targets()?),
            Kind::Host => Self::Host(targets()?),
            Kind::Tag => Self::Tag(targets()?),
            Kind::All => Self::All,
        })
    }

    /// The kind of purge that this is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Url(_) => Kind::Url,
            Self::IgnoreQuery(_) => Kind::IgnoreQuery,
            Self::Pattern(_) => Kind::Pattern,
            Self::Regex(_) => Kind::Regex,
            Self::Host(_) => Kind::Host,
            Self::Tag(_) => Kind::Tag,
            Self::All => Kind::All,
        }
    }

    /// The targets; empty for everything.
    pub fn targets(&self) -> &[String] {
        match self {
            Self::Url(targets)
            | Self::IgnoreQuery(targets)
            | Self::Pattern(targets)
            | Self::Regex(targets)
            | Self::Host(targets)
            | Self::Tag(targets) => targets.as_slice(),
            Self::All => &[],
        }
    }
}

/// One request that may be sent to a vendor.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PurgeRequest {
    /// On whose behalf.
    pub account: AccountName,
    /// The resource.
    pub resource: ResourceId,
    /// The resource's cname, for people.
    pub cname: String,
    /// The targets.
    pub payload: Payload,
    /// The vendor's mode, where it offers a choice; one of the words in its limits.
    pub mode: Option<String>,
    /// The area, for a vendor that splits by area; one of the words in its limits.
    pub area: Option<String>,
}

impl PurgeRequest {
    /// Makes a request that chooses neither mode nor area.
    pub fn new(
        account: impl Into<AccountName>,
        resource: impl Into<ResourceId>,
        cname: impl Into<String>,
        payload: Payload,
    ) -> Self {
        Self {
            account: account.into(),
            resource: resource.into(),
            cname: cname.into(),
            payload,
            mode: None,
            area: None,
        }
    }

    /// The kind of purge that this is.
    pub fn kind(&self) -> Kind {
        self.payload.kind()
    }

    /// The same in the form that these limits give: as the plan would send it, whatever form the
    /// vendor's history has it in.
    #[must_use]
    pub fn in_form(self, limits: &Limits) -> Self {
        let Some(rule) = limits.rule(self.payload.kind()) else { return self };
        let is_address = !self.kind().is_named() && self.kind() != Kind::Regex;
        let write = |targets: &[String]| {
            let written = targets.iter().map(|target| match rule.syntax {
                _ if !is_address => target.clone(),
                Syntax::Path => path_of(target).to_owned(),
                Syntax::FullUrl | Syntax::Directory if target.starts_with('/') => {
                    format!("https://{}{target}", self.cname)
                }
                Syntax::FullUrl | Syntax::Directory | Syntax::Name => target.clone(),
            });
            written.collect::<Vec<String>>()
        };
        let kind = self.payload.kind();
        let targets = write(self.payload.targets());
        let payload = Payload::new(kind, targets).unwrap_or(self.payload);
        let mode = self.mode.or_else(|| rule.modes.first().map(|mode| mode.word.to_owned()));
        Self { payload, mode, ..self }
    }

    /// Returns true if it removes everything of its resource or of a host: by name, or by a pattern
    /// that leaves nothing out.
    pub fn empties(&self) -> bool {
        match &self.payload {
            Payload::All | Payload::Host(_) => true,
            Payload::Pattern(targets) => targets.as_slice().iter().any(|target| is_root(target)),
            Payload::Regex(targets) => {
                targets.as_slice().iter().any(|it| expression::matches_all(it))
            }
            Payload::Url(_) | Payload::IgnoreQuery(_) | Payload::Tag(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::limits::Wildcard;
    use crate::testing;

    #[test]
    fn a_purge_of_the_history_is_written_as_the_plan_would_send_it() {
        let request = |targets: &[&str]| {
            let targets = targets.iter().map(|&target| target.to_owned()).collect();
            let payload = Payload::Url(Targets::new(targets).unwrap());
            PurgeRequest::new("one", "1", "www.site.com", payload)
        };
        let urls = request(&["http://www.site.com/a.ts?x=1", "/b.jpg", "https://www.site.com"]);
        let paths = urls.clone().in_form(&testing::path_limits());
        assert_eq!(paths.payload.targets(), ["/a.ts?x=1", "/b.jpg", "/"]);
        let full = urls.in_form(&testing::directory_limits());
        assert_eq!(
            full.payload.targets(),
            ["http://www.site.com/a.ts?x=1", "https://www.site.com/b.jpg", "https://www.site.com"]
        );
        let mut limits = testing::path_limits();
        for (kind, target) in [
            (Kind::Regex, "^https://www\\.site\\.com/.*\\.jpg$"),
            (Kind::Tag, "https://product/42"),
            (Kind::Host, "www.site.com"),
        ] {
            limits.rules.insert(kind, testing::rule(10, Syntax::Path, Wildcard::Nowhere));
            let payload = Payload::new(kind, [target]).unwrap();
            let request = PurgeRequest::new("one", "1", "www.site.com", payload);
            assert_eq!(request.clone().in_form(&limits).payload, request.payload, "{kind}");
        }
        let all = PurgeRequest::new("one", "1", "www.site.com", Payload::All);
        assert_eq!(all.clone().in_form(&testing::path_limits()).payload, all.payload);
    }
}
