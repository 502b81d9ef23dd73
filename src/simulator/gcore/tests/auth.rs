//! Who may ask.

use super::*;

#[tokio::test]
async fn the_scheme_is_taken_in_any_case_and_anything_else_is_a_documented_401() {
    let (simulator, _) = quiet(|_| {}).await;
    let account = simulator.gcore().accounts()[0].clone();
    for scheme in ["APIKey", "apikey", "ApiKey", "APIKEY"] {
        let answer =
            ask(&simulator, &format!("{scheme} {}", account.token), "GET", "/cdn/clients/me", "")
                .await;
        assert_eq!(answer.status, 200, "{scheme}");
    }
    let cut_off = account.token.split('_').next().unwrap();
    for (header, message) in [
        (String::new(), "Authentication credentials were not provided.".to_owned()),
        (account.token.clone(), "Authentication credentials were not provided.".to_owned()),
        (
            format!("Bearer {}", account.token),
            "Given token not valid for any token type".to_owned(),
        ),
        (format!("APIKey {cut_off}"), format!("Bad token: {cut_off}")),
        ("APIKey 29841_c767".to_owned(), "Token is invalid or expired".to_owned()),
        (format!("APIKey {}", account.expired_token), "Token is invalid or expired".to_owned()),
    ] {
        let answer = ask(&simulator, &header, "GET", "/cdn/purge_statuses", "").await;
        assert_eq!(
            (answer.status, answer.json()["message"].as_str()),
            (401, Some(message.as_str())),
            "{header}"
        );
        assert!(answer.json()["request_id"].as_str().unwrap().len() >= 32);
    }
}

#[tokio::test]
async fn each_token_sees_its_own_account() {
    let (simulator, _) = quiet(|_| {}).await;
    let accounts = simulator.gcore().accounts();
    let mut seen = BTreeSet::new();
    for account in &accounts {
        let answer =
            ask(&simulator, &format!("APIKey {}", account.token), "GET", "/cdn/resources", "")
                .await;
        for resource in answer.json().as_array().unwrap() {
            assert!(seen.insert(resource["id"].as_u64().unwrap()), "a resource of both accounts");
        }
    }
    assert_eq!((accounts.len(), seen.len()), (2, 40));
}

#[tokio::test]
async fn a_reader_may_read_but_not_purge() {
    let (simulator, _) = quiet(|_| {}).await;
    let token = format!("APIKey {}", simulator.gcore().accounts()[0].read_only_token);
    assert_eq!(ask(&simulator, &token, "GET", "/cdn/purge_statuses", "").await.status, 200);
    let path = format!("/cdn/resources/{}/purge", first(&simulator).id);
    let refused = ask(&simulator, &token, "POST", &path, r#"{"paths":[]}"#).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json(),
        json!({"message": "You do not have permission to perform this action."})
    );
}
