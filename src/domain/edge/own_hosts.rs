//! The host names that may be probed for a purge: those of its resource, at their usual ports. What
//! somebody wrote into a record of the history is no reason to ask any other server.

use url::Url;

use super::ProbeError;
use crate::domain::hosts::HostIndex;
use crate::domain::payload::PurgeRequest;
use crate::domain::resource::Resource;

/// The host names of a purge's resource; none by default, so that nothing is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnHosts(HostIndex);

impl OwnHosts {
    /// The hosts that a purge may be seen at. `resources` are all of its account; where none are
    /// known, the purge's own cname is all there is to go by.
    pub fn of(request: &PurgeRequest, resources: &[Resource]) -> Self {
        let by_id = || resources.iter().filter(|resource| resource.id == request.resource);
        if by_id().next().is_some() {
            return Self(HostIndex::new(by_id()));
        }
        if resources.is_empty() {
            let account = request.account.clone();
            let own = Resource::new(account, "", request.resource.clone(), &request.cname);
            return Self(HostIndex::new([&own]));
        }
        let cname = plain(&request.cname);
        let answers = |resource: &&Resource| HostIndex::new([*resource]).knows(&cname);
        Self(HostIndex::new(resources.iter().filter(answers)))
    }

    /// Returns the reason why a URL is not asked for, if there is one. A text that is no URL is
    /// left to the prober.
    pub fn check(&self, url: &str) -> Result<(), ProbeError> {
        let Ok(parsed) = Url::parse(url) else { return Ok(()) };
        let refused = |words: String| Err(ProbeError::NotAsked(words));
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return refused("it has a name or a password before its host".to_owned());
        }
        if let Some(port) = parsed.port() {
            return refused(format!("the port {port} is not the usual one"));
        }
        match parsed.host_str() {
            Some(host) if !self.0.knows(&plain(host)) => {
                refused(format!("{host} is no host of the purge's resource"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn plain(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payload::Payload;

    fn resource(id: &str, cname: &str, names: &[&str]) -> Resource {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        Resource { names, ..Resource::new("a", "gcore", id, cname) }
    }

    fn own(id: &str, cname: &str, resources: &[Resource]) -> OwnHosts {
        OwnHosts::of(&PurgeRequest::new("a", id, cname, Payload::All), resources)
    }

    fn refusal(hosts: &OwnHosts, url: &str) -> Option<String> {
        hosts.check(url).err().map(|why| why.to_string())
    }

    #[test]
    fn only_the_resources_own_hosts_are_asked_at_their_usual_ports() {
        let resources = [
            resource("1", "www.site.com", &["dl.site.com", "*.img.site.com"]),
            resource("2", "other.com", &[]),
        ];
        let hosts = own("1", "www.site.com", &resources);
        for url in [
            "https://www.site.com/a",
            "http://WWW.site.com:80/a",
            "https://www.site.com:443/",
            "https://dl.site.com./a?b#c",
            "https://x.img.site.com/a",
        ] {
            assert_eq!(refusal(&hosts, url), None, "{url}");
        }
        for (url, part) in [
            ("http://127.0.0.1:9977/internal/admin?delete=1", "port 9977"),
            ("http://127.0.0.1/a", "127.0.0.1 is no host"),
            ("http://2130706433/a", "127.0.0.1 is no host"),
            ("http://localhost/a", "localhost is no host"),
            ("https://other.com/a", "other.com is no host"),
            ("https://img.site.com/a", "img.site.com is no host"),
            ("https://www.site.com@evil.example/a", "a name or a password"),
            ("https://www.site.com:8443/a", "port 8443"),
            ("http://169.254.169.254/latest/meta-data", "is no host"),
        ] {
            let why = refusal(&hosts, url).unwrap_or_default();
            assert!(why.contains(part) && why.starts_with("it is not looked at: "), "{url}: {why}");
        }
    }

    #[test]
    fn a_record_cannot_name_its_own_host_where_the_vendor_lists_the_resources() {
        let resources = [resource("1", "www.site.com", &[])];
        let planted = own("77", "metadata.internal", &resources);
        assert!(planted.check("https://metadata.internal/a").is_err());
        // A record without the resource's id is known by its host.
        let by_cname = own("", "www.site.com", &resources);
        assert_eq!(by_cname.check("https://www.site.com/a"), Ok(()));
        // The id counts, whatever the record calls it.
        assert_eq!(own("1", "evil.example", &resources).check("https://www.site.com/a"), Ok(()));
        assert!(own("1", "evil.example", &resources).check("https://evil.example/a").is_err());
        // Before the resources were read, or where they may not be listed.
        assert_eq!(own("1", "www.site.com", &[]).check("https://www.site.com/a"), Ok(()));
    }
}
