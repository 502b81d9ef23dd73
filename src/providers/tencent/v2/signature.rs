//! The signature of API 2.0, as documented and as the vendor's old SDK makes it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::secret::Secret;
use crate::providers::hash::{hmac_sha1, hmac_sha256};

/// The hash that a request is signed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum HashMethod {
    /// HmacSHA1, the API's default.
    Sha1,
    /// HmacSHA256.
    #[default]
    Sha256,
}

impl HashMethod {
    /// Returns the word for it in a request.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "HmacSHA1",
            Self::Sha256 => "HmacSHA256",
        }
    }
}

/// Returns the signature of a request with these parameters, whose values are raw: nothing is
/// URL-encoded before it is signed.
pub(super) fn sign(
    method: HashMethod,
    key: &Secret,
    verb: &str,
    host: &str,
    path: &str,
    params: &[(String, String)],
) -> String {
    let mut sorted: Vec<(String, &str)> =
        params.iter().map(|(name, value)| (name.replace('_', "."), value.as_str())).collect();
    // By bytes: upper case before lower, and `urls.10` before `urls.2`.
    sorted.sort();
    let joined: Vec<String> =
        sorted.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let text = format!("{verb}{host}{path}?{}", joined.join("&"));
    let key = key.expose().trim().as_bytes();
    STANDARD.encode(match method {
        HashMethod::Sha1 => hmac_sha1(key, &text),
        HashMethod::Sha256 => hmac_sha256(key, &text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE";

    fn signed(
        method: HashMethod,
        verb: &str,
        (host, path): (&str, &str),
        params: &[(&str, &str)],
    ) -> String {
        let key = Secret::new("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE".to_owned());
        let params: Vec<_> =
            params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        sign(method, &key, verb, host, path, &params)
    }

    const CDN: (&str, &str) = ("cdn.api.qcloud.com", "/v2/index.php");
    const COMMON: [(&str, &str); 3] =
        [("Timestamp", "1462782282"), ("Nonce", "123456789"), ("SecretId", ID)];

    fn with(params: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
        COMMON.into_iter().chain(params.iter().copied()).collect()
    }

    #[test]
    fn the_documents_example_is_met() {
        let params = [
            ("Action", "DescribeInstances"),
            ("InstanceIds.0", "ins-09dx96dg"),
            ("Limit", "20"),
            ("Nonce", "11886"),
            ("Offset", "0"),
            ("Region", "ap-guangzhou"),
            ("SecretId", ID),
            ("Timestamp", "1465185768"),
            ("Version", "2017-03-12"),
        ];
        assert_eq!(
            signed(HashMethod::Sha1, "GET", ("cvm.tencentcloudapi.com", "/"), &params),
            "EliP9YW3pW28FpsEdkXt/+WcGeI="
        );
    }

    #[test]
    fn a_question_is_signed_by_either_method() {
        let log = [
            ("Action", "GetCdnRefreshLog"),
            ("startDate", "2017-02-06 19:00:00"),
            ("endDate", "2017-02-06 19:40:00"),
        ];
        assert_eq!(
            signed(HashMethod::Sha1, "GET", CDN, &with(&log)),
            "jHP1ReBWTJJS2FMl9p3gL6/lXq4="
        );
        let mut params = with(&log);
        params.push(("SignatureMethod", "HmacSHA256"));
        assert_eq!(
            signed(HashMethod::Sha256, "POST", CDN, &params),
            "oT9pW498p0vWXN7t+Koeixd+Y7JAaWZSj1Qpb7cmYUY="
        );
    }

    #[test]
    fn values_are_signed_raw_and_names_in_the_order_of_their_bytes() {
        let urls: Vec<(String, String)> = (0..12)
            .map(|place| {
                let url = format!("https://www.example.com/a b/{place}.jpg?x=1&y=%E4%BD%A0");
                (format!("urls.{place}"), url)
            })
            .collect();
        let mut params = vec![("Action", "RefreshCdnUrl"), ("SignatureMethod", "HmacSHA256")];
        params.extend(COMMON);
        params.extend(urls.iter().map(|(name, url)| (name.as_str(), url.as_str())));
        assert_eq!(
            signed(HashMethod::Sha256, "POST", CDN, &params),
            "w62myU3fxKWL9IEGpnEmlwV2qeVY5aYuJGmz6FdMkRc="
        );
    }

    #[test]
    fn directories_are_signed_with_their_type() {
        let params = with(&[
            ("Action", "RefreshCdnDir"),
            ("SignatureMethod", "HmacSHA256"),
            ("dirs.0", "https://www.example.com/static/"),
            ("type", "1"),
        ]);
        assert_eq!(
            signed(HashMethod::Sha256, "POST", CDN, &params),
            "adQCSi7WjOOCbBQ/xvc5T7nyvLH0/4I0TLq/toodpdc="
        );
    }
}
