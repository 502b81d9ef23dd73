//! TC3-HMAC-SHA256, as documented.

use chrono::{DateTime, Utc};

use crate::providers::hash::{hmac_sha256, sha256_hex};
use crate::providers::signing_key::SigningKey;

/// The parts of a request that are signed; always a POST.
pub(super) struct SignatureInput<'a> {
    pub(super) service: &'a str,
    /// As in the `Host` header.
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) content_type: &'a str,
    /// The action, where its header is to be signed, too. The documents allow it; the official SDKs
    /// sign without, so that a server that checks with their code takes no request in which it is.
    pub(super) action: Option<&'a str>,
    pub(super) body: &'a str,
}

/// The `Authorization` header for a request that is sent with this time.
pub(super) fn authorization(
    keys: &SigningKey,
    at: DateTime<Utc>,
    subject: &SignatureInput<'_>,
) -> String {
    let date = at.format("%Y-%m-%d").to_string();
    let scope = format!("{date}/{}/tc3_request", subject.service);
    let (names, request) = canonical(subject);
    let text = format!("TC3-HMAC-SHA256\n{}\n{scope}\n{}", at.timestamp(), sha256_hex(&request));
    let key = format!("TC3{}", keys.key.expose().trim());
    let key = hmac_sha256(key.as_bytes(), &date);
    let key = hmac_sha256(&key, subject.service);
    let key = hmac_sha256(&key, "tc3_request");
    let signature = hex::encode(hmac_sha256(&key, &text));
    format!(
        "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        keys.id
    )
}

/// The names of the signed headers and the request in its canonical form.
fn canonical(subject: &SignatureInput<'_>) -> (String, String) {
    let mut headers = vec![("content-type", subject.content_type), ("host", subject.host)];
    headers.extend(subject.action.map(|action| ("x-tc-action", action)));
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let mut lines = String::new();
    for (name, value) in headers {
        lines.push_str(name);
        lines.push(':');
        lines.push_str(&value.trim().to_ascii_lowercase());
        lines.push('\n');
    }
    let request =
        format!("POST\n{}\n\n{lines}\n{names}\n{}", subject.path, sha256_hex(subject.body));
    (names, request)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    fn signature(second: i64, subject: &SignatureInput<'_>) -> String {
        let keys = SigningKey {
            id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE".to_owned(),
            key: Secret::new("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE".to_owned()),
            token: None,
        };
        let at = DateTime::from_timestamp(second, 0).unwrap();
        let header = authorization(&keys, at, subject);
        header.split_once("Signature=").unwrap().1.to_owned()
    }

    #[test]
    fn the_documents_example_is_met() {
        let body = r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
        let subject = SignatureInput {
            service: "cvm",
            host: "cvm.tencentcloudapi.com",
            path: "/",
            content_type: "application/json; charset=utf-8",
            action: None,
            body,
        };
        assert_eq!(
            sha256_hex(body),
            "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
        );
        assert_eq!(
            sha256_hex(&canonical(&subject).1),
            "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
        );
        assert_eq!(
            signature(1_551_113_065, &subject),
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
    }

    #[test]
    fn our_own_service_is_signed_with_and_without_the_action() {
        let subject = |action| SignatureInput {
            service: "cdn",
            host: "cdn.tencentcloudapi.com",
            path: "/",
            content_type: "application/json; charset=utf-8",
            action,
            body: r#"{"TaskId":"1533045796-i60rfmzm"}"#,
        };
        assert_eq!(
            signature(1_551_113_065, &subject(None)),
            "07a42840fb12b9bef0587928b36de9d3c18e21daca43aa17ddfc414c0c9540b5"
        );
        assert_eq!(
            signature(1_551_113_065, &subject(Some("DescribePurgeTasks"))),
            "c79f235d5d54a61cd44302825e02f1820f958ab474c0dea2d3d3c1eb07182dde"
        );
    }

    #[test]
    fn the_vectors_of_another_product_are_met() {
        for (body, hash, wanted) in [
            (
                r#"{"ZoneId":"zone-2noz78a8ev6k","StartTime":"2026-01-01T00:00:00Z","EndTime":"2026-01-02T00:00:00Z","Limit":1000,"Offset":0}"#,
                Some("092dd9f41ae49d656b8bb0e54177a04f4d9805865cfaabe442788a376e4e65c7"),
                "d908a05aa634300054996e142b50c8fe506221eb41911fa0ab5535018c0ef928",
            ),
            (
                r#"{"ZoneId":"zone-2noz78a8ev6k","Type":"purge_url","Targets":["https://www.example.com/a.jpg"]}"#,
                None,
                "07026ae5208e5111fc2414bc8629d6b5f6274d330a43efb40e13193466d1b25a",
            ),
        ] {
            let subject = SignatureInput {
                service: "teo",
                host: "teo.tencentcloudapi.com",
                path: "/",
                content_type: "application/json",
                action: None,
                body,
            };
            assert!(hash.is_none_or(|hash| hash == sha256_hex(&canonical(&subject).1)), "{body}");
            assert_eq!(signature(1_767_323_045, &subject), wanted, "{body}");
        }
    }
}
