//! The older signature: HmacSHA1 or HmacSHA256 over the method, the host, the path and the sorted
//! parameters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use sha1::Sha1;

use crate::simulator::hash::{HmacSha256, hmac};

/// Signs `params` (names and raw values; Signature itself is left out).
pub(super) fn sign(
    secret: &str,
    method: &str,
    host: &str,
    path: &str,
    params: &[(String, String)],
) -> String {
    let mut sorted: Vec<(String, &str)> = params
        .iter()
        .filter(|(name, _)| name != "Signature")
        .map(|(name, value)| (name.replace('_', "."), value.as_str()))
        .collect();
    sorted.sort();
    let joined: Vec<String> =
        sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let text = format!("{method}{host}{path}?{}", joined.join("&"));
    let sha256 =
        params.iter().any(|(name, value)| name == "SignatureMethod" && value == "HmacSHA256");
    let algorithm = if sha256 { hmac::<HmacSha256> } else { hmac::<Hmac<Sha1>> };
    STANDARD.encode(algorithm(secret.as_bytes(), text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::sign;

    const KEY: &str = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";
    const ID: &str = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE";

    fn params(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_documents_example_is_met() {
        let params = params(&[
            ("Action", "DescribeInstances"),
            ("InstanceIds.0", "ins-09dx96dg"),
            ("Limit", "20"),
            ("Nonce", "11886"),
            ("Offset", "0"),
            ("Region", "ap-guangzhou"),
            ("SecretId", ID),
            ("Timestamp", "1465185768"),
            ("Version", "2017-03-12"),
        ]);
        assert_eq!(
            sign(KEY, "GET", "cvm.tencentcloudapi.com", "/", &params),
            "EliP9YW3pW28FpsEdkXt/+WcGeI="
        );
    }

    #[test]
    fn values_are_signed_raw_and_names_sorted_by_bytes() {
        let mut twelve = params(&[
            ("Action", "RefreshCdnUrl"),
            ("Timestamp", "1462782282"),
            ("Nonce", "123456789"),
            ("SecretId", ID),
            ("SignatureMethod", "HmacSHA256"),
        ]);
        for i in 0..12 {
            let url = format!("https://www.example.com/a b/{i}.jpg?x=1&y=%E4%BD%A0");
            twelve.push((format!("urls.{i}"), url));
        }
        assert_eq!(
            sign(KEY, "POST", "cdn.api.qcloud.com", "/v2/index.php", &twelve),
            "w62myU3fxKWL9IEGpnEmlwV2qeVY5aYuJGmz6FdMkRc="
        );
    }
}
