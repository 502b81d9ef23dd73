use proptest::prelude::*;

use super::*;

/// Pieces that command lines of all kinds are made of.
const PIECES: &[&str] = &[
    "curl",
    "curl.exe",
    "wget",
    "http",
    "https",
    "iwr",
    "irm",
    "fetch(",
    "aws",
    "cloudfront",
    "create-invalidation",
    "--paths",
    "gcloud",
    "compute",
    "url-maps",
    "invalidate-cdn-cache",
    "--host",
    "--path",
    "az",
    "afd",
    "endpoint",
    "purge",
    "--content-paths",
    "--domains",
    "fastly",
    "--url",
    "$ ",
    "# ",
    "> ",
    "PS C:\\> ",
    "sudo ",
    "env ",
    "A=b ",
    "for ",
    "do ",
    "; ",
    "&",
    "&&",
    "|",
    "$(",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "[1-3]",
    "[a-c:2]",
    "{a,b}",
    "{1..3}",
    "[::1]",
    "`",
    "'",
    "\"",
    "$'",
    "\\",
    "\\\n",
    "\\\r\n",
    "^",
    "^\n",
    "^\"",
    "^\\^\"",
    "`\n",
    "@{",
    "@'\n",
    "'@",
    "\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "\t",
    "-H",
    "Host: s.com",
    "-G",
    "-d",
    "a=1",
    "--data-urlencode",
    "--url-query",
    "-o",
    "-sSLo",
    "--next",
    "--",
    "-",
    "-g",
    "-Uri",
    "-Headers",
    "https://h.com/a",
    "h.com/a?b=1&c=2",
    "localhost",
    "http://[",
    "<<EOF",
    "EOF",
    "<",
    ">",
    "2>&1",
    "#",
    "$a",
    "${",
    "é",
    "😀",
    "\u{feff}",
    "\u{85}",
    "\\x4",
    "\\u12",
    "\\ud83d",
    "\\",
    "==",
    ":",
    "@",
    "=",
    "/",
    "*",
];

/// Beginnings that make a line one or the other.
const STARTS: &[&str] =
    &["", "curl ", "irm ", "fetch('", "curl ^", "curl.exe ", "for x; curl ", "http "];

fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        9 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ];
    let start = proptest::sample::select(STARTS);
    (start, proptest::collection::vec(piece, 0..30))
        .prop_map(|(start, pieces)| start.to_owned() + &pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_text_is_read_as_promised(text in texts()) {
        if let Some(line) = command_at(&text) {
            keeps_its_promises(&text, &line);
        }
    }

    #[test]
    fn plain_urls_are_found_among_options(
        urls in proptest::collection::vec("https://h\\.com/[a-z]{1,5}(\\?[a-z]=[0-9]&[a-z]=[0-9])?", 1..5),
        quote in proptest::sample::select(["'", "\"", "", "$'"].as_slice()),
        option in proptest::sample::select(["-I", "-X PURGE", "-H 'a: /b'", "\\\n", "--tls-max 1.2"].as_slice()),
    ) {
        let mut text = "curl".to_owned();
        for url in &urls {
            text = format!("{text} {option} {quote}{url}{}", quote.trim_start_matches('$'));
        }
        let line = read(&text);
        let found: Vec<String> = line.urls.iter().map(|url| url.text.clone()).collect();
        prop_assert_eq!(found, urls);
        prop_assert!(line.urls.iter().all(|url| url.place.is_some()));
    }
}
