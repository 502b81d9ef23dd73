use super::*;

#[test]
fn prompts_and_words_before_the_program_are_passed_over() {
    for before in [
        "",
        "  ",
        "\t",
        "$ ",
        "% ",
        "> ",
        "# ",
        "> $ ",
        "❯ ",
        "me@host:~$ ",
        "[root@host ~]# ",
        "me@host:/var/www# ",
        "sudo ",
        "sudo -u www -E ",
        "$ sudo -n ",
        "time ",
        "time -p ",
        "env A=b ",
        "A=b C='d e' ",
        "nohup ",
        "timeout 10 ",
        "command ",
        "if ",
        "while ! ",
        "docker exec -it web ",
        "kubectl exec -it pod-1 -- ",
        "ssh edge1 ",
        "cd /tmp && ",
        "for i in 1 2; do ",
        "result=$(",
        "echo $(",
        "echo \"$(",
        "`",
        "(",
        "{ ",
        "cat a.txt | xargs -n 1 ",
    ] {
        let text = format!("{before}curl -I 'https://h.com/a'");
        let closed = match before.rsplit(' ').next() {
            Some(it) if it.ends_with("\"$(") => format!("{text})\""),
            Some(it) if it.ends_with('(') => format!("{text})"),
            Some(it) if it.ends_with('`') => format!("{text}`"),
            _ => text,
        };
        assert_eq!(urls(&closed), ["https://h.com/a"], "{closed}");
        assert_eq!(read(&closed).not_taken, Vec::<String>::new(), "{closed}");
    }
}

#[test]
fn the_path_of_the_program_is_no_target() {
    for program in [
        "/usr/bin/curl",
        "./curl",
        "~/bin/curl",
        "/opt/curl/curl",
        "curl.exe",
        "CURL.EXE",
        "C:\\Windows\\System32\\curl.exe",
        "\"C:\\Program Files\\curl\\curl.exe\"",
        "& \"C:\\Program Files\\curl\\curl.exe\"",
        "& curl.exe",
        "PS C:\\Users\\me> curl.exe",
        "PS> curl.exe",
        "C:\\Users\\me>curl",
        "$ /usr/bin/curl",
    ] {
        let line = read(&format!("{program} -I \"https://h.com/a\""));
        assert_eq!(line.urls.len(), 1, "{program}: {line:?}");
        assert_eq!(line.not_taken, Vec::<String>::new(), "{program}");
    }
}

#[test]
fn commands_of_one_line_are_all_read() {
    each_asks_for(&[
        ("curl -I a.com; curl -I b.com && curl -I c.com", "a.com b.com c.com"),
        ("curl -I a.com || curl -I b.com | grep x.com", "a.com b.com"),
        ("curl a.com & curl b.com & wait", "a.com b.com"),
        ("for i in /a /b; do curl h.com/x; done", "h.com/x"),
        ("if curl -f h.com/a; then curl h.com/b; else wget h.com/c; fi", "h.com/a h.com/b h.com/c"),
        ("x=$(curl -s h.com/a) && echo $x.com", "h.com/a"),
        ("curl -H \"T: $(curl -s t.com/t)\" h.com/a", "t.com/t h.com/a"),
        ("curl h.com/a > out.com 2>/dev/null", "h.com/a"),
        ("curl h.com/a >out.com 2>&1 h.com/b", "h.com/a h.com/b"),
        ("curl h.com/a &>o.com < i.com >> o.com h.com/b", "h.com/a h.com/b"),
        ("diff <(curl a.com/x) <(curl b.com/x) # c.com", "a.com/x b.com/x"),
        ("curl h.com/a # h.com/b", "h.com/a"),
        ("curl 'h.com/a#b' h.com/c#d # it's", "h.com/a#b h.com/c#d"),
        ("curl h.com/a &&\n  curl h.com/b |\n  jq .c.com\n", "h.com/a h.com/b"),
        ("(curl a.com; curl b.com)", "a.com b.com"),
    ]);
}

#[test]
fn an_ampersand_before_a_name_goes_on_with_the_query() {
    each_asks_for(&[
        ("curl https://h.com/a?b=1&c=2", "https://h.com/a?b=1&c=2"),
        ("curl https://h.com/a?b=1&c[]=2&d=3 -I", "https://h.com/a?b=1&c[]=2&d=3"),
        ("curl https://h.com/a?b=1&curl h.com/c", "https://h.com/a?b=1 h.com/c"),
        ("curl https://h.com/a?b=1& A=2 curl h.com/c", "https://h.com/a?b=1 h.com/c"),
        ("curl https://h.com/a?b=1&&c=2", "https://h.com/a?b=1"),
        ("curl.exe https://h.com/a?b=1&c=2", "https://h.com/a?b=1&c=2"),
    ]);
}

#[test]
fn posix_quotes_are_undone() {
    for (text, url, place) in [
        ("curl 'h.com/a'", "h.com/a", Some(6..13)),
        ("curl \"h.com/a\"", "h.com/a", Some(6..13)),
        ("curl $'h.com/a'", "h.com/a", Some(7..14)),
        ("curl \"h.com/\\\"a\"", "h.com/\"a", None),
        ("curl \"h.com/\\a\"", "h.com/\\a", Some(6..14)),
        ("curl h.com/\\&a", "h.com/&a", None),
        ("curl h.com/'a b'\"c\"", "h.com/a bc", None),
        ("curl 'h.com/it'\\''s'", "h.com/it's", None),
        ("curl $'h.com/it\\'s'", "h.com/it's", None),
        ("curl $'h.com/\\x41\\u00e9\\101\\xc3\\xa9\\z'", "h.com/Aé\u{41}é\\z", None),
        ("curl $'h.com/\\U0001F600'", "h.com/😀", None),
        ("curl 'h.com/$a' \\", "h.com/$a", Some(6..14)),
        ("curl h.com/a\\", "h.com/a", Some(5..12)),
        ("curl h.com/\\\na", "h.com/a", None),
        ("curl --url=h.com/a", "h.com/a", Some(11..18)),
        ("curl --url='h.com/a'", "h.com/a", None),
    ] {
        let line = read(text);
        assert_eq!(
            line.urls,
            [CommandUrl { text: url.to_owned(), place, has_wildcards: false }],
            "{text}"
        );
    }
}

#[test]
fn a_line_goes_on_after_a_mark_of_continuation() {
    each_asks_for(&[
        ("curl \\\n  -H 'a: /b' \\\n  https://h.com/a", "https://h.com/a"),
        ("curl \\\r\n  -H 'a: /b' \\\r\n  https://h.com/a\r\n", "https://h.com/a"),
        ("curl\\\n https://h.com/a", "https://h.com/a"),
        ("curl -I \\  \n  https://h.com/a", "https://h.com/a"),
        ("curl ^\n  -H \"a: /b\" ^\r\n  https://h.com/a", "https://h.com/a"),
        ("curl.exe `\n  -H 'a: /b' `\r\n  https://h.com/a", "https://h.com/a"),
    ]);
    for text in ["curl h.com/a\n/b", "curl h.com/a\r\nh.com/b", "curl h.com/a \\\n\n/b"] {
        let line = read(text);
        assert_eq!(line.urls.len(), 1, "{text:?}");
        assert!(text.get(line.length..).unwrap().ends_with("/b"), "{text:?}");
    }
}

#[test]
fn a_quote_that_never_closes_takes_no_later_line() {
    for (text, expected, left) in [
        ("curl 'h.com/a\nh.com/b", "h.com/a", "\nh.com/b"),
        ("curl -I \"https://h.com/a\nhttps://h.com/b", "https://h.com/a", "\nhttps://h.com/b"),
        ("curl 'https://h.com/a\n/b\nit's\n", "https://h.com/a", "\n/b\nit's\n"),
        ("curl -H 'X: y \\\n h.com/a\r\n/b", "h.com/a", "\r\n/b"),
        ("curl $'h.com/a\n/b", "$'h.com/a", "\n/b"),
        ("curl \"$(x h.com/a\n/b", "h.com/a", "\n/b"),
        ("curl h.com/a -d @- <<EOF\n/b\n", "h.com/a", "\n/b\n"),
        ("irm h.com/a -Headers @{\n/b\n", "h.com/a", "\n/b\n"),
        (
            "irm h.com/a -Headers @{\nirm h.com/b -Headers @{}",
            "h.com/a",
            "\nirm h.com/b -Headers @{}",
        ),
        ("fetch('https://h.com/a', {\n/b\n", "https://h.com/a", "\n/b\n"),
        ("fetch('h.com/a', {\nfetch('h.com/b');", "h.com/a", "\nfetch('h.com/b');"),
    ] {
        let line = read(text);
        let found: Vec<&str> = line.urls.iter().map(|url| url.text.as_str()).collect();
        assert_eq!(text.get(line.length..), Some(left), "{text}");
        if !expected.starts_with('$') {
            assert_eq!(found, [expected], "{text}");
        }
    }
}

#[test]
fn carets_of_cmd_are_undone() {
    each_asks_for(&[
        (
            "curl ^\"https://h.com/a.jpg?b=1^&c=2^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  -H \
             ^\"sec-ch-ua: ^\\^\"Chromium^\\^\";v=^\\^\"1^\\^\"^\" ^\r\n  --data-raw \
             ^\"^{^\\^\"all^\\^\":^\\^\"/*^\\^\"^}^\" ^\r\n  --compressed\r\n",
            "https://h.com/a.jpg?b=1&c=2",
        ),
        ("curl ^\"https://h.com/^%^20a^\"", "https://h.com/%20a"),
        (
            "curl \"https://h.com/a?b=1&c=2\" ^\n -o nul.com & curl h.com/b",
            "https://h.com/a?b=1&c=2 h.com/b",
        ),
        ("curl ^\"h.com/a^\" --data-raw ^\"a^\n\nh.com/b^\"", "h.com/a"),
        ("curl.exe -d \"{\\\"a\\\": \\\"x.com /b\\\"}\" h.com/a > nul", "h.com/a"),
        ("curl.exe \"h.com/a\"\"b\"", "h.com/a\"b"),
    ]);
}

#[test]
fn powershell_is_read() {
    each_asks_for(&[
        ("Invoke-WebRequest -Uri \"https://h.com/a\" -Headers @{ 'a'='/b' }", "https://h.com/a"),
        ("iwr https://h.com/a -UseBasicParsing -Method Head", "https://h.com/a"),
        ("irm -Method Post -Uri:https://h.com/a -Body '{\"a\": \"/*\"}'", "https://h.com/a"),
        ("INVOKE-RESTMETHOD -ur 'h.com/a' -Proxy http://p.com", "h.com/a"),
        ("$r = Invoke-WebRequest -Uri 'https://h.com/a'; irm h.com/b", "https://h.com/a h.com/b"),
        (
            "Invoke-WebRequest -UseBasicParsing -Uri \"https://h.com/a?b=1&c=2\" `\r\n\
             -WebSession $session `\r\n-Headers @{\r\n\"accept\"=\"*/*\"\r\n  \
             \"sec\"=\"`\"x`\"\"\r\n} `\r\n-Body \"/b\"",
            "https://h.com/a?b=1&c=2",
        ),
        ("$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n", ""),
        ("$session.UserAgent = \"Mozilla/5.0 (X11) h.com/a\"\n", ""),
        ("$session.Cookies.Add((New-Object Cookie(\"a\", \"/b\", \"/\", \".h.com\")))", ""),
        ("curl -Uri https://h.com/a -Method PURGE", "https://h.com/a"),
        ("curl.exe `\n -d \"a`\"b \\\" x.com\" 'h.com/it''s'", "h.com/it's"),
        ("irm h.com/a -Body @'\n/b\n'@", "h.com/a"),
        ("irm 'h.com/a' | Select-Object -Expand x.com", "h.com/a"),
    ]);
    each_refuses(&[
        ("irm \"https://h.com/$id\"", &["https://h.com/$id"]),
        ("irm -Uri h.com/a -Foo https://o.com/", &["-Foo https://o.com/"]),
    ]);
}
