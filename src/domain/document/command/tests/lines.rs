use super::*;

#[test]
fn other_lines_are_no_commands() {
    for text in [
        "",
        "\n",
        "\ncurl h.com/a",
        " ",
        "curl",
        "curl\nh.com/a",
        "curling/a.jpg h.com/a",
        "/curl x",
        "/tools/curl /b",
        "https://h.com/curl -I h.com/a",
        "h.com/curl -I h.com/a",
        "PURGE https://h.com/b",
        "https://h.com/a",
        "/img/*",
        "# a comment",
        "# see https://h.com/curl",
        "- curl h.com/a",
        "$HOME/a",
        "$ ls",
        "> quoted https://h.com/a",
        "http is a protocol",
        "https /a",
        "http://h.com/a",
        "aws s3 ls s3://h.com/a",
        "az login",
        "fastly service list",
        "for more see https://h.com/a",
        "for a curl of https://h.com/a",
        "time to purge https://h.com/a",
        "if it's down: /a",
        "echo curl h.com/a",
        "cd /tmp",
        "prefetch(h.com/a)",
        "a.fetch(\"https://h.com/a\")",
        "curl is a tool",
        "url,curl h.com/a",
        "'https://h.com/a'",
        "a=b",
        "x@y.com: curl",
    ] {
        assert_eq!(command_at(text), None, "{text:?}");
    }
}

#[test]
fn a_command_without_urls_is_still_one() {
    for text in ["curl --version", "curl -K urls.txt", "wget -i urls.txt", "iwr"] {
        if text == "iwr" {
            assert_eq!(command_at(text), None);
            continue;
        }
        assert_eq!(urls(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_line_that_is_no_command_is_not_read_to_the_texts_end() {
    let line = "https://h.com/a/b/c?d=1 it's \"a curl @{ ( `\n";
    let text = line.repeat(50_000);
    let mut rest = text.as_str();
    while let Some((_, after)) = rest.split_once('\n') {
        assert_eq!(command_at(rest), None);
        rest = after;
    }
}

#[test]
fn long_texts_take_no_longer_than_their_length() {
    for (piece, count) in [
        ("curl 'h.com/a\n", 5_000),
        ("curl \"$(\n", 5_000),
        ("curl \\ \n", 5_000),
        ("for curl \\\n", 5_000),
        ("for curl |\n", 5_000),
        ("$s.a(\n", 5_000),
        ("irm @'\n", 5_000),
        ("fetch('h.com/a', {\n", 5_000),
        ("irm h.com/a -Headers @{\n", 5_000),
        ("curl h.com/a -d @- <<EOF\n", 20_000),
    ] {
        let text = piece.repeat(count);
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let line = rest.find('\n').unwrap();
            at += command_at(rest).map_or(line, |line| line.length) + 1;
        }
        assert!(at >= text.len(), "{piece}: {at} of {}", text.len());
    }
    for piece in
        ["$(", "h.com/[1-9999] ", "h.com/{<a ", "-H Host:a.com h.com/a ", "&a=1", "?&a", "\\ "]
    {
        let text = format!("curl h.com/a?{}", piece.repeat(3_000));
        command_at(&text);
    }
    let data = "a".repeat(100_000);
    let text = format!("curl -G -d {data} {}", "h.com/a ".repeat(5_000));
    let line = read(&text);
    assert_eq!(line.urls.len() + line.not_taken.len(), 5_000);
}
