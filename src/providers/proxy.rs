//! Proxies of the environment. The HTTP client passes over a variable that it cannot use and
//! connects directly; here such a variable is an error instead, before anything is sent.

use std::ffi::OsString;

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

/// The variables that name a proxy, in both cases as the client reads them.
const VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];

/// Checks the proxies of this process's environment for requests to a URL. The words of the error
/// name the variable and never its value, in which there may be a password.
pub(super) fn check(url: &Url) -> Result<(), String> {
    check_in(|name| std::env::var_os(name), url)
}

fn check_in(variable: impl Fn(&str) -> Option<OsString>, url: &Url) -> Result<(), String> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let Some(first) = VARIABLES.into_iter().find(|name| set(name).is_some()) else {
        return Ok(());
    };
    if passed_by(&variable, url) {
        return Ok(());
    }
    if variable("REQUEST_METHOD").is_some() {
        return Err(format!(
            "{first} is not used where REQUEST_METHOD is set, as in a CGI program; unset one"
        ));
    }
    for name in VARIABLES {
        if let Some(value) = set(name)
            && let Some(fault) = value.to_str().map_or(Some("it is not text"), fault)
        {
            return Err(format!(
                "{name} cannot be used: {fault}; set it to a proxy such as \
                 http://proxy.example:3128, or unset it"
            ));
        }
    }
    Ok(())
}

/// Returns true if `NO_PROXY` lists the host.
fn passed_by(variable: &impl Fn(&str) -> Option<OsString>, url: &Url) -> bool {
    let listed = ["NO_PROXY", "no_proxy"].into_iter().find_map(variable).unwrap_or_default();
    let listed = listed.to_str().unwrap_or_default().to_owned();
    let some_proxy = Matcher::builder().all("http://proxy.invalid".to_owned()).no(listed).build();
    let uri: Result<Uri, _> = url.as_str().parse();
    uri.is_ok_and(|uri| some_proxy.intercept(&uri).is_none())
}

/// Returns the reason why the client could not use this proxy.
fn fault(value: &str) -> Option<&'static str> {
    const NO_ADDRESS: &str = "it is not the address of a proxy";
    let matcher = Matcher::builder().all(value.to_owned()).build();
    let Some(proxy) = matcher.intercept(&Uri::from_static("https://vendor.invalid/")) else {
        return Some(NO_ADDRESS);
    };
    let uri = proxy.uri();
    if uri.scheme_str().is_some_and(|scheme| scheme.starts_with("socks")) {
        return Some("SOCKS proxies are not supported");
    }
    let host = uri.host().unwrap_or_default();
    // The client takes a port that it cannot read for the usual one.
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let port = authority.strip_prefix(host);
    match port {
        Some(_) if host.is_empty() || Url::parse(&uri.to_string()).is_err() => Some(NO_ADDRESS),
        Some("") => None,
        Some(port) => match port.strip_prefix(':').map(str::parse::<u16>) {
            Some(Ok(1..)) => None,
            Some(_) | None => Some("its port is not a number from 1 to 65535"),
        },
        None => Some(NO_ADDRESS),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn checked(variables: &[(&str, &str)]) -> Result<(), String> {
        let url = Url::parse("https://api.gcore.com/cdn").unwrap();
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        check_in(|name| find(name).map(|(_, value)| (*value).into()), &url)
    }

    #[test]
    fn a_proxy_that_can_be_used_is_fine() {
        for value in [
            "http://proxy:3128",
            "https://proxy.example",
            "proxy:3128",
            "proxy",
            "127.0.0.1:3128",
            "http://[::1]:3128/",
            "http://mira:secret@proxy:3128",
            "",
        ] {
            for name in VARIABLES {
                assert_eq!(checked(&[(name, value)]), Ok(()), "{name}={value}");
            }
        }
    }

    #[test]
    fn one_that_cannot_be_used_is_named_without_its_value() {
        for value in [
            "::::",
            "http://",
            "http://mira:hunter2@",
            "socks5://hunter2:1080",
            "socks5h://mira:hunter2@proxy:1080",
            "socks4a://hunter2",
            "ftp://hunter2:21",
            "http://hunter2:99999",
            "http://hunter2:0",
            "hunter2:port",
            "http://hunter2:",
            " http://hunter2:3128",
            "http://hunter2 proxy:3128",
            "/hunter2",
            "hunter2\n",
        ] {
            for name in VARIABLES {
                let error = checked(&[(name, value)]).unwrap_err();
                assert!(error.starts_with(&format!("{name} cannot be used: ")), "{error}");
                assert!(!error.contains("hunter2"), "{error}");
            }
        }
        let error = checked(&[("ALL_PROXY", "socks5h://a:1")]).unwrap_err();
        assert!(error.contains("SOCKS"), "{error}");
    }

    #[test]
    fn every_variable_counts_however_good_another_is() {
        let good = ("HTTPS_PROXY", "http://proxy:3128");
        let error = checked(&[good, ("all_proxy", "::::")]).unwrap_err();
        assert!(error.starts_with("all_proxy "), "{error}");
    }

    #[test]
    fn a_host_that_needs_no_proxy_needs_no_right_one() {
        for listed in [".gcore.com", "api.gcore.com", "*", "other.example, gcore.com"] {
            for name in ["NO_PROXY", "no_proxy"] {
                assert_eq!(checked(&[("HTTPS_PROXY", "::::"), (name, listed)]), Ok(()), "{listed}");
            }
        }
        assert!(checked(&[("HTTPS_PROXY", "::::"), ("NO_PROXY", "core.com")]).is_err());
    }

    #[test]
    fn a_proxy_that_the_client_leaves_out_in_a_cgi_program_is_named() {
        let cgi = ("REQUEST_METHOD", "GET");
        let error = checked(&[("https_proxy", "http://proxy:3128"), cgi]).unwrap_err();
        assert!(error.contains("https_proxy") && error.contains("REQUEST_METHOD"), "{error}");
        assert_eq!(checked(&[cgi]), Ok(()));
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_named() {
        use std::os::unix::ffi::OsStringExt;

        let url = Url::parse("https://api.gcore.com").unwrap();
        let bytes = OsString::from_vec(b"http://\xff".to_vec());
        let error = check_in(|name| (name == "HTTPS_PROXY").then(|| bytes.clone()), &url);
        assert!(error.unwrap_err().contains("HTTPS_PROXY cannot be used: it is not text"));
    }
}
