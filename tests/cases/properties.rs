//! Nothing vanishes and nothing is invented: a document that was written from targets is read as
//! exactly these, whatever its format.

use proptest::prelude::*;
use purgedeck::domain::document::{DocumentFormat, read};

/// A full URL or a path, of letters that the format can hold.
fn target(letters: &'static str) -> impl Strategy<Value = String> {
    let host = proptest::sample::select(&["", "https://www.site.com", "http://h.example:8080"][..]);
    let path = proptest::string::string_regex(&format!("/[a-z0-9{letters}]{{0,20}}[a-z0-9]"));
    (host, path.unwrap()).prop_map(|(host, path)| format!("{host}{path}"))
}

fn targets(letters: &'static str) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(target(letters), 1..12)
}

/// Letters that stand in a URL and in every format as they are.
const PLAIN: &str = "._~!$()+:@%/?=&-";
/// The same with quotes, commas and letters beyond ASCII, which some formats write with escapes.
const ODD: &str = "._~!$()+:@%/?=&\"',;<>é -";

/// A format as a program writes it.
fn written(format: DocumentFormat, targets: &[String]) -> String {
    let lines = |line: &dyn Fn(&String) -> String| -> String {
        targets.iter().flat_map(|it| [line(it), "\n".to_owned()]).collect()
    };
    match format {
        DocumentFormat::Lines | DocumentFormat::Names => lines(&Clone::clone),
        DocumentFormat::Text => {
            let list = lines(&|it| format!("- {it}"));
            format!("# of the release\nPlease purge these:\n\n{list}")
        }
        DocumentFormat::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["when", "Page URL", "referer", "hits"]).unwrap();
            for it in targets {
                writer.write_record(["2026-11-20", it, "https://www.site.com/", "3"]).unwrap();
            }
            String::from_utf8(writer.into_inner().unwrap()).unwrap()
        }
        DocumentFormat::Json => {
            let rows = targets.iter().map(|it| {
                serde_json::json!({
                    "url": it, "headers": [{ "name": "Accept", "value": "*/*" }], "path_count": 1,
                })
            });
            serde_json::to_string_pretty(&serde_json::Value::Array(rows.collect())).unwrap()
        }
        DocumentFormat::Har => {
            let entries = targets.iter().map(|it| {
                serde_json::json!({
                    "request": { "method": "GET", "url": it, "cookies": [{ "path": "/" }] },
                    "response": { "redirectURL": "https://www.site.com/other" },
                })
            });
            let entries: Vec<_> = entries.collect();
            serde_json::json!({ "log": { "version": "1.2", "entries": entries } }).to_string()
        }
        DocumentFormat::Sitemap => {
            let pages = lines(&|it| {
                let it = it.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                format!("<url><loc>{it}</loc><lastmod>2026-11-20</lastmod></url>")
            });
            format!("<?xml version=\"1.0\"?>\n<urlset xmlns=\"x\">\n{pages}</urlset>\n")
        }
        DocumentFormat::Curl => lines(&|it| {
            let quoted = it.replace('\'', r"'\''");
            format!("curl -sS -o /dev/null \\\n  -H 'Accept: */*' -g '{quoted}'")
        }),
        DocumentFormat::Http => lines(&|it| format!("GET {it} HTTP/1.1\nAccept: */*\n")),
        DocumentFormat::Log => lines(&|it| {
            format!(
                "203.0.113.9 - - [21/Nov/2026:10:00:04 +0000] \"GET {it} HTTP/1.1\" 200 1 \
                 \"https://www.site.com/\" \"Mozilla\""
            )
        }),
        DocumentFormat::Listing => lines(&|it| format!("M\t{it}")),
        DocumentFormat::Html => lines(&|it| {
            let it = it.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
            format!("<p><a href=\"{it}\">here</a></p>")
        }),
    }
}

/// Holds a format to it: recognised by its form, and read as what was written.
fn holds(format: DocumentFormat, targets: &[String]) -> Result<(), TestCaseError> {
    let text = written(format, targets);
    let document = read(&text, None);
    let found: Vec<&str> = document.entries.iter().map(|entry| entry.text.as_ref()).collect();
    let wanted: Vec<&str> = targets.iter().map(String::as_str).collect();
    prop_assert_eq!(found, wanted, "{}", text);
    let asked = read(&text, Some(document.format));
    prop_assert_eq!(asked.entries, document.entries);
    // No name is known by its form.
    let is_plain = [DocumentFormat::Lines, DocumentFormat::Names, DocumentFormat::Text];
    if !is_plain.contains(&format) {
        prop_assert_eq!(document.format, format, "{}", text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_a_program_wrote_is_read_back(plain in targets(PLAIN)) {
        for format in DocumentFormat::EVERY {
            let of_files = format == DocumentFormat::Listing;
            let odd = plain.iter().any(|it| it.contains(['?', '%', ':']));
            // A file's name is no URL: its marks are encoded. An HTTP target is what it is.
            // A browser asks for full URLs.
            let is_browser = format == DocumentFormat::Har;
            let is_full = |it: &&String| !is_browser || it.starts_with("http");
            let wanted: Vec<String> = plain.iter().filter(is_full).cloned().collect();
            if !(wanted.is_empty() || of_files && odd) {
                holds(format, &wanted)?;
            }
        }
    }

    #[test]
    fn escapes_of_a_format_are_undone(odd in targets(ODD)) {
        for format in [
            DocumentFormat::Csv, DocumentFormat::Json, DocumentFormat::Har,
            DocumentFormat::Sitemap, DocumentFormat::Curl, DocumentFormat::Html,
        ] {
            let full = |it: &String| it.starts_with("http");
            let har = format == DocumentFormat::Har;
            let wanted: Vec<String> = odd.iter().filter(|it| !har || full(it)).cloned().collect();
            if !wanted.is_empty() {
                holds(format, &wanted)?;
            }
        }
    }

    #[test]
    fn no_document_is_too_strange_and_every_entry_is_in_it(
        text in "\\PC{0,200}|([/*\"'<>()\\[\\]{}`,;:=|\\\\\n\t -]|curl |https://h\\.com/|a|GET |200|loc>|url){0,60}",
        chosen in proptest::option::of(proptest::sample::select(&DocumentFormat::EVERY[..])),
    ) {
        let document = read(&text, chosen);
        let lines = text.split('\n').count();
        for entry in &document.entries {
            prop_assert!(entry.line < lines && entry.until < lines, "{:?}", entry);
            if let Some(place) = entry.place.clone() {
                prop_assert!(text.get(place).is_some(), "{:?}", entry);
            }
        }
        for omission in &document.omissions {
            prop_assert!(omission.line < lines, "{:?}", omission);
        }
        let _ = document.read_as().words();
    }
}
