//! ACS3-HMAC-SHA256, as the vendor's SDK computes it: no derived key, no scope.

use percent_encoding::utf8_percent_encode;

use crate::providers::hash::{hmac_sha256, sha256_hex};
use crate::providers::http::QUERY;
use crate::providers::signing_key::SigningKey;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The parts of a request that are signed; always a POST.
pub(super) struct SignatureInput<'a> {
    /// As in the `Host` header.
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) action: &'a str,
    pub(super) version: &'a str,
    pub(super) query: &'a [(&'static str, String)],
    /// `None` without a body.
    pub(super) content_type: Option<&'a str>,
    pub(super) body: &'a str,
    /// The time of the request, as in its header.
    pub(super) date: &'a str,
    /// A text that no other request has.
    pub(super) nonce: &'a str,
}

impl SignatureInput<'_> {
    /// Returns the hash of the body, which is a header of its own.
    pub(super) fn body_hash(&self) -> String {
        sha256_hex(self.body)
    }

    /// Returns the `Authorization` header.
    pub(super) fn authorization(&self, keys: &SigningKey) -> String {
        let (names, request) = self.canonical(keys);
        let text = format!("{ALGORITHM}\n{}", sha256_hex(&request));
        let signature = hex::encode(hmac_sha256(keys.key.expose().trim().as_bytes(), &text));
        let id = &keys.id;
        format!("{ALGORITHM} Credential={id},SignedHeaders={names},Signature={signature}")
    }

    /// Returns the names of the signed headers and the request in its canonical form.
    fn canonical(&self, keys: &SigningKey) -> (String, String) {
        let hash = self.body_hash();
        let mut headers = vec![
            ("host", self.host),
            ("x-acs-action", self.action),
            ("x-acs-content-sha256", &hash),
            ("x-acs-date", self.date),
            ("x-acs-signature-nonce", self.nonce),
            ("x-acs-version", self.version),
        ];
        headers.extend(self.content_type.map(|kind| ("content-type", kind)));
        if let Some(token) = &keys.token {
            headers.push(("x-acs-accesskey-id", &keys.id));
            headers.push(("x-acs-security-token", token.expose()));
        }
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let mut lines = vec!["POST".to_owned(), self.path.to_owned(), self.canonical_query()];
        lines.extend(headers.iter().map(|(name, value)| format!("{name}:{}", value.trim())));
        lines.extend([String::new(), names.clone(), hash.clone()]);
        (names, lines.join("\n"))
    }

    fn canonical_query(&self) -> String {
        let mut query: Vec<_> = self.query.iter().collect();
        query.sort_unstable();
        let encoded = |text| utf8_percent_encode(text, QUERY);
        let pairs =
            query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    fn keys() -> SigningKey {
        SigningKey {
            id: "LTAIEXAMPLE".to_owned(),
            key: Secret::new("EXAMPLESECRETEXAMPLESECRET".to_owned()),
            token: None,
        }
    }

    fn subject<'a>(action: &'a str, query: &'a [(&'static str, String)]) -> SignatureInput<'a> {
        SignatureInput {
            host: "cdn.aliyuncs.com",
            path: "/",
            action,
            version: "2018-05-10",
            query,
            content_type: None,
            body: "",
            date: "2026-01-02T03:04:05Z",
            nonce: "0123456789abcdef0123456789abcdef",
        }
    }

    fn signature(header: &str) -> &str {
        header.split_once(",Signature=").unwrap().1
    }

    #[test]
    fn a_question_is_signed_as_the_vendors_sdk_signs_it() {
        let query = [
            ("StartTime", "2026-01-01T00:00:00Z"),
            ("PageSize", "50"),
            ("PageNumber", "1"),
            ("EndTime", "2026-01-02T00:00:00Z"),
        ];
        let query = query.map(|(name, value)| (name, value.to_owned()));
        let subject = subject("DescribeRefreshTasks", &query);
        assert_eq!(
            sha256_hex(&subject.canonical(&keys()).1),
            "09520c670183de4b47c204851685086452484a4809d4004c5621d7454d20b4e5"
        );
        let header = subject.authorization(&keys());
        assert_eq!(
            signature(&header),
            "2e13b7d678fff42e46945c8fe361945896f3b6d91ab51fd6870e99cf2cbeb4cb"
        );
        assert!(
            header.starts_with(
                "ACS3-HMAC-SHA256 Credential=LTAIEXAMPLE,SignedHeaders=host;x-acs-action;\
                 x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="
            ),
            "{header}"
        );
    }

    #[test]
    fn a_purge_is_signed_as_the_vendors_sdk_signs_it() {
        let subject = SignatureInput {
            content_type: Some("application/x-www-form-urlencoded"),
            body: "ObjectPath=https%3A%2F%2Fwww.example.com%2Fa+b.jpg%3Fx%3D1%0A\
                   https%3A%2F%2Fwww.example.com%2F%E4%BD%A0.html&ObjectType=File",
            ..subject("RefreshObjectCaches", &[])
        };
        assert_eq!(
            subject.body_hash(),
            "15ce1b16f625b6ab9542ad4017e858e00451a165dafdb5297aed4e365c5880f1"
        );
        assert_eq!(
            signature(&subject.authorization(&keys())),
            "beeea640380ffccd03209144d77322f1ab83f433a0a1cab8ec478bf7bc90601d"
        );
    }

    /// Computed by the SDK for Python, `alibabacloud_tea_openapi` 0.4.6.
    #[test]
    fn a_query_is_encoded_and_signed_as_the_vendors_sdk_does_it() {
        let query = [
            ("DomainName", "www.example.com"),
            ("CacheTag", "a b+c*d~e/f=g&h,ü你"),
            ("Force", "false"),
        ];
        let query = query.map(|(name, value)| (name, value.to_owned()));
        let subject = subject("RefreshObjectCacheByCacheTag", &query);
        assert_eq!(
            subject.canonical_query(),
            "CacheTag=a%20b%2Bc%2Ad~e%2Ff%3Dg%26h%2C%C3%BC%E4%BD%A0&DomainName=www.example.com\
             &Force=false"
        );
        assert_eq!(
            signature(&subject.authorization(&keys())),
            "a44e31d730679d516e71f4a8d1b7ef2efe310bc2222d389d5fdd6ba4bc67bb79"
        );
    }

    #[test]
    fn a_temporary_key_signs_its_id_and_its_token_too() {
        let keys = SigningKey { token: Some(Secret::new("TOKEN".to_owned())), ..keys() };
        let (names, request) = subject("DescribeRefreshQuota", &[]).canonical(&keys);
        assert!(names.ends_with(
            "host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;\
             x-acs-security-token;x-acs-signature-nonce;x-acs-version"
        ));
        assert!(request.contains("\nx-acs-accesskey-id:LTAIEXAMPLE\n"), "{request}");
        assert!(request.contains("\nx-acs-security-token:TOKEN\n"), "{request}");
    }
}
