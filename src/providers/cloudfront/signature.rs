//! AWS Signature Version 4, as documented.

use chrono::{DateTime, Utc};
use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::providers::hash::{hmac_sha256, sha256_hex};
use crate::providers::http::QUERY;
use crate::providers::signing_key::SigningKey;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Characters that are encoded in a path.
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// The parts of a request that are signed, beside its time and the token.
#[derive(Clone, Copy, Debug)]
pub(super) struct SigningInput<'a> {
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) method: &'a str,
    /// As in the `Host` header.
    pub(super) host: &'a str,
    /// As it goes over the wire: what is encoded there is encoded once more here.
    pub(super) path: &'a str,
    /// Not encoded, in any order.
    pub(super) query: &'a [(&'static str, String)],
    /// The `X-Amz-Target` header, where there is one.
    pub(super) target: Option<&'a str>,
    pub(super) body: &'a str,
}

/// Writes a time as the `X-Amz-Date` header has it.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Returns the `Authorization` header of a request that is sent with this time.
pub(super) fn authorization(
    key: &SigningKey,
    at: DateTime<Utc>,
    input: &SigningInput<'_>,
) -> String {
    let SigningInput { region, service, .. } = input;
    let date = at.format("%Y%m%d").to_string();
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let (names, request) = canonical(key, at, input);
    let text = format!("{ALGORITHM}\n{}\n{scope}\n{}", stamp(at), sha256_hex(&request));
    let secret = format!("AWS4{}", key.key.expose().trim());
    let derived = [date.as_str(), region, service, "aws4_request"]
        .into_iter()
        .fold(secret.into_bytes(), |key, part| hmac_sha256(&key, part));
    let signature = hex::encode(hmac_sha256(&derived, &text));
    format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        key.id
    )
}

/// The names of the signed headers and the request in its canonical form.
fn canonical(key: &SigningKey, at: DateTime<Utc>, input: &SigningInput<'_>) -> (String, String) {
    let stamp = stamp(at);
    let mut headers = vec![("host", input.host), ("x-amz-date", &stamp)];
    headers.extend(key.token.as_ref().map(|token| ("x-amz-security-token", token.expose().trim())));
    headers.extend(input.target.map(|target| ("x-amz-target", target)));
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let encoded = |text: &str| utf8_percent_encode(text, QUERY).to_string();
    let pairs = input.query.iter().map(|(name, value)| (encoded(name), encoded(value)));
    let mut pairs: Vec<(String, String)> = pairs.collect();
    pairs.sort();
    let pairs: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = format!(
        "{}\n{}\n{}\n{}\n{names}\n{}",
        input.method,
        utf8_percent_encode(input.path, PATH),
        pairs.join("&"),
        lines.concat(),
        sha256_hex(input.body)
    );
    (names, request)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    const PATH: &str = "/2020-05-31/distribution/EDFDVBD632BHDS5/invalidation";
    const BODY: &str = "<InvalidationBatch \
        xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">\
        <Paths><Quantity>2</Quantity><Items><Path>/images/*</Path><Path>/index.html</Path></Items>\
        </Paths><CallerReference>purgedeck-1</CallerReference></InvalidationBatch>";

    fn key(token: Option<&str>) -> SigningKey {
        SigningKey {
            id: "AKIDEXAMPLE".to_owned(),
            key: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            token: token.map(|token| Secret::new(token.to_owned())),
        }
    }

    fn at() -> DateTime<Utc> {
        "2026-01-02T03:04:05Z".parse().unwrap()
    }

    fn input<'a>(
        method: &'a str,
        query: &'a [(&'static str, String)],
        body: &'a str,
    ) -> SigningInput<'a> {
        SigningInput {
            region: "us-east-1",
            service: "cloudfront",
            method,
            host: "cloudfront.amazonaws.com",
            path: PATH,
            query,
            target: None,
            body,
        }
    }

    fn signature(token: Option<&str>, input: &SigningInput<'_>) -> String {
        authorization(&key(token), at(), input).split_once("Signature=").unwrap().1.to_owned()
    }

    #[test]
    fn a_list_is_signed_as_the_vendors_sdk_signs_it() {
        let most = || ("MaxItems", "100".to_owned());
        let first = [most()];
        let first = input("GET", &first, "");
        assert_eq!(
            sha256_hex(&canonical(&key(None), at(), &first).1),
            "7053ef845759e6c960dd4357ca36ba6aaf5e5866721e8bc73cf05b3c9c92a91e"
        );
        assert_eq!(
            signature(None, &first),
            "959f629e2de25db28f8f324d5de96cabea28b5b4906a5343abfefc7a6e4c4819"
        );
        let next = [most(), ("Marker", "I2J0I21PCUYOIK".to_owned())];
        assert_eq!(
            signature(None, &input("GET", &next, "")),
            "a752f653fdb96de2daaaf897815d823268d1a4bfd726e6564cb4b8473f63d42e"
        );
    }

    #[test]
    fn a_purge_is_signed_with_and_without_a_token() {
        assert_eq!(BODY.len(), 239);
        let purge = input("POST", &[], BODY);
        assert_eq!(
            signature(None, &purge),
            "865c0d0af063ff776a43c59c324d70816f736ba7385709b0e12b93e3fd95996f"
        );
        assert_eq!(
            signature(Some("TOKENEXAMPLE"), &purge),
            "daa3f3ae820734830fe02a0f0167fb4f66c3c63ebbb65f84083f53373ff5b71b"
        );
    }

    #[test]
    fn a_path_is_encoded_once_more_than_it_is_sent_and_a_query_once_and_sorted() {
        let query = [("b", "x y~*/+".to_owned()), ("a", "ü".to_owned())];
        let odd = SigningInput { path: "/a%20b/c~d*", ..input("GET", &query, "") };
        let (_, request) = canonical(&key(None), at(), &odd);
        let lines: Vec<&str> = request.lines().collect();
        assert_eq!(lines.get(1), Some(&"/a%2520b/c~d%2A"));
        assert_eq!(lines.get(2), Some(&"a=%C3%BC&b=x%20y~%2A%2F%2B"));
    }
}
