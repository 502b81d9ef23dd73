//! Views of the running vendors: where they are, what they know, and a colleague's hand in their panels.

use std::net::SocketAddr;

use super::clock::Clock;
use super::edge::Edge;
use super::gcore::{Gcore, GcoreAccount, GcorePurge, GcoreResource};
use super::medianova::{Medianova, MedianovaAccount, MedianovaPurge, MedianovaResource};
use super::tencent::{Tencent, TencentAccount, TencentDomain, TencentPurge};

/// What every view holds.
#[derive(Debug)]
pub(super) struct Handle<'a, V> {
    pub(super) address: SocketAddr,
    pub(super) vendor: &'a V,
    pub(super) clock: &'a Clock,
}

impl<V> Handle<'_, V> {
    fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn owned(targets: &[&str]) -> Vec<String> {
    targets.iter().map(|target| (*target).to_owned()).collect()
}

/// A view of the simulated Gcore; its base URL is what stands before `/cdn/…`.
#[derive(Debug)]
pub struct GcoreHandle<'a>(pub(super) Handle<'a, Gcore>);

impl GcoreHandle<'_> {
    /// Scheme, address and port, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.0.base_url()
    }

    /// The credentials of both accounts; the first one is the announced one.
    pub fn accounts(&self) -> Vec<GcoreAccount> {
        self.0.vendor.accounts()
    }

    /// Every resource of both accounts.
    pub fn resources(&self) -> Vec<GcoreResource> {
        self.0.vendor.resources()
    }

    /// The purges that the API accepted since the start, oldest first. This is the truth, whatever was answered.
    pub fn purges(&self) -> Vec<GcorePurge> {
        self.0.vendor.purges()
    }

    /// Everything that an account's history holds now, oldest first, whoever made it, and also what is too new to be told.
    pub fn remembered(&self, account: &str) -> Vec<GcorePurge> {
        self.0.vendor.remembered(account, self.0.clock.now())
    }

    /// A colleague purges something in the panel, now. `purge_type` is Gcore's word; the id of the purge is returned, or
    /// nothing when there is no such live resource or no such type.
    pub fn add_purge(&self, cname: &str, purge_type: &str, targets: &[&str]) -> Option<u64> {
        self.0.vendor.add(cname, purge_type, owned(targets), self.0.clock.now())
    }
}

/// A view of the simulated Tencent. API 3.0 is at the base URL itself, API 2.0 at `/v2/index.php` below it.
#[derive(Debug)]
pub struct TencentHandle<'a>(pub(super) Handle<'a, Tencent>);

impl TencentHandle<'_> {
    /// Scheme, address and port, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.0.base_url()
    }

    /// The account's credentials.
    pub fn account(&self) -> TencentAccount {
        self.0.vendor.account()
    }

    /// Every domain.
    pub fn domains(&self) -> Vec<TencentDomain> {
        self.0.vendor.domains()
    }

    /// The purges that either API accepted since the start, oldest first.
    pub fn purges(&self) -> Vec<TencentPurge> {
        self.0.vendor.purges()
    }

    /// A colleague purges something in the console, now. `purge_type` is `url` or `path`; the task's id is returned, or
    /// nothing when the first target is of no live domain.
    pub fn add_purge(&self, purge_type: &str, targets: &[&str]) -> Option<String> {
        self.0.vendor.add(purge_type, owned(targets), self.0.clock.now())
    }
}

/// A view of the simulated Medianova; its base URL is what stands before `/api/v1/…`.
#[derive(Debug)]
pub struct MedianovaHandle<'a>(pub(super) Handle<'a, Medianova>);

impl MedianovaHandle<'_> {
    /// Scheme, address and port, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.0.base_url()
    }

    /// The organization and its credentials.
    pub fn account(&self) -> MedianovaAccount {
        self.0.vendor.account()
    }

    /// Every resource that is not deleted.
    pub fn resources(&self) -> Vec<MedianovaResource> {
        self.0.vendor.resources()
    }

    /// The purges that the API accepted since the start, oldest first.
    pub fn purges(&self) -> Vec<MedianovaPurge> {
        self.0.vendor.purges()
    }

    /// A colleague purges paths of a host in the panel, now; the operation's id is returned, or nothing when there is no
    /// such live resource.
    pub fn add_purge(&self, host: &str, targets: &[&str]) -> Option<String> {
        self.0.vendor.add(host, owned(targets), self.0.clock.now())
    }
}

/// A view of the simulated edge: connect to its address and name the host in the Host header.
#[derive(Debug)]
pub struct EdgeHandle<'a>(pub(super) Handle<'a, Edge>);

impl EdgeHandle<'_> {
    /// Scheme, address and port, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.0.base_url()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// The origin has new content for this host and path (with its query, where that counts), from now on.
    pub fn publish(&self, host: &str, path: &str) {
        self.0.vendor.publish(host, path, self.0.clock.now());
    }

    /// From now on, purges have no effect on what matches this pattern of host and path, whatever their vendor says.
    pub fn keep_stale(&self, pattern: &str) {
        self.0.vendor.keep_stale(pattern);
    }

    /// Purges have their effect again.
    pub fn let_go(&self) {
        self.0.vendor.let_go();
    }
}
