//! Resources by host name and by id, so that ten thousand lines cost ten thousand look-ups.

use std::collections::HashMap;

use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::resource::{Resource, ResourceState};

/// All resources of all accounts. Built once whenever an account's resources change, not at every
/// key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostIndex {
    resources: Vec<Resource>,
    by_host: HashMap<String, Vec<usize>>,
    by_id: HashMap<(AccountName, ResourceId), usize>,
}

/// The resources of a host name, by their numbers in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostMatch {
    /// No account serves it.
    Nothing,
    /// One resource does.
    One(usize),
    /// Several do: the same host in several accounts, or twice in one.
    Several(Vec<usize>),
}

impl HostIndex {
    /// An index of these resources.
    pub fn new<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> Self {
        let mut index = Self::default();
        for resource in resources {
            index.add(resource.clone());
        }
        index
    }

    fn add(&mut self, resource: Resource) {
        let place = self.resources.len();
        for host in std::iter::once(&resource.cname).chain(&resource.names) {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            if host.is_empty() {
                continue;
            }
            let places = self.by_host.entry(host).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
        self.by_id.insert((resource.account.clone(), resource.id.clone()), place);
        self.resources.push(resource);
    }

    /// The resource at a place that this index gave out.
    pub fn get(&self, place: usize) -> Option<&Resource> {
        self.resources.get(place)
    }

    /// Returns the place of the resource with this id.
    pub fn place_of(&self, account: &AccountName, id: &ResourceId) -> Option<usize> {
        self.by_id.get(&(account.clone(), id.clone())).copied()
    }

    /// Returns true if any resource answers to the host, given in lower case.
    pub fn knows(&self, host: &str) -> bool {
        self.places(host).is_some()
    }

    /// Finds the resources of a host, given in lower case. Deleted resources count only where
    /// nothing else answers to it.
    pub fn find(&self, host: &str) -> HostMatch {
        let places = self.places(host).unwrap_or_default();
        let mut living = places.iter().copied().filter(|&place| {
            self.get(place).is_some_and(|resource| resource.state != ResourceState::Deleted)
        });
        match (living.next(), living.next()) {
            (Some(one), None) => HostMatch::One(one),
            (Some(one), Some(two)) => {
                HostMatch::Several([one, two].into_iter().chain(living).collect())
            }
            (None, _) => places.first().map_or(HostMatch::Nothing, |&place| HostMatch::One(place)),
        }
    }

    /// A host is looked up as it is and then as part of a wildcard domain (`*.site.com`).
    fn places(&self, host: &str) -> Option<&[usize]> {
        if let Some(places) = self.by_host.get(host) {
            return Some(places);
        }
        let (_, parent) = host.split_once('.')?;
        self.by_host.get(&format!("*.{parent}")).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::resource;

    #[test]
    fn a_host_leads_to_the_resource_that_answers_to_it_in_any_case() {
        let mut www = resource("one", "1", "WWW.Site.com");
        www.names = vec!["img.site.com".to_owned()];
        let index = HostIndex::new([&www]);
        assert_eq!(index.find("www.site.com"), HostMatch::One(0));
        assert_eq!(index.find("img.site.com"), HostMatch::One(0));
        assert_eq!(index.find("other.com"), HostMatch::Nothing);
        assert!(!index.knows("other.com"));
    }

    #[test]
    fn the_same_host_in_two_accounts_is_several_unless_one_is_deleted() {
        let here = resource("one", "1", "www.site.com");
        let mut there = resource("two", "9", "www.site.com");
        assert_eq!(
            HostIndex::new([&here, &there]).find("www.site.com"),
            HostMatch::Several(vec![0, 1])
        );
        there.state = ResourceState::Deleted;
        assert_eq!(HostIndex::new([&there, &here]).find("www.site.com"), HostMatch::One(1));
        assert_eq!(HostIndex::new([&there]).find("www.site.com"), HostMatch::One(0));
    }

    #[test]
    fn a_wildcard_domain_answers_for_its_children_only() {
        let wild = resource("one", "1", "*.site.com");
        let index = HostIndex::new([&wild]);
        assert_eq!(index.find("a.site.com"), HostMatch::One(0));
        assert_eq!(index.find("site.com"), HostMatch::Nothing);
        assert_eq!(index.find("a.b.site.com"), HostMatch::Nothing);
        assert_eq!(index.place_of(&"one".into(), &"1".into()), Some(0));
        assert_eq!(index.get(0).unwrap().cname, "*.site.com");
    }
}
