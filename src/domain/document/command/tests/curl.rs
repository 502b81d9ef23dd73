use super::*;

#[test]
fn values_of_options_are_no_targets() {
    each_asks_for(&[
        ("curl https://h.com/a", "https://h.com/a"),
        ("curl -I https://h.com/a https://h.com/b", "https://h.com/a https://h.com/b"),
        ("curl -XPURGE https://h.com/a", "https://h.com/a"),
        ("curl -X PURGE https://h.com/a", "https://h.com/a"),
        ("curl -sSLo /dev/null https://h.com/a", "https://h.com/a"),
        ("curl -sSLo/dev/null https://h.com/a", "https://h.com/a"),
        ("curl -ofile.com https://h.com/a", "https://h.com/a"),
        ("curl --tls-max 1.2 https://h.com/a", "https://h.com/a"),
        ("curl --socks5-hostname 127.0.0.1:1080 https://h.com/a", "https://h.com/a"),
        ("curl --keepalive-time 60 https://h.com/a", "https://h.com/a"),
        ("curl --etag-save e.txt --etag-compare e.txt https://h.com/a", "https://h.com/a"),
        ("curl --doh-url https://dns.example/q https://h.com/a", "https://h.com/a"),
        ("curl -H 'Accept: */*' -H\"X: y\" https://h.com/a", "https://h.com/a"),
        ("curl -e https://o.com/ --referer https://o.com/ https://h.com/a", "https://h.com/a"),
        ("curl -x http://p.com:80 --proxy p.com https://h.com/a", "https://h.com/a"),
        ("curl --no-keepalive --no-buffer https://h.com/a", "https://h.com/a"),
        ("curl --expand-output '{{f}}.com' https://h.com/a", "https://h.com/a"),
        ("curl --user-a x.com --conn 5.com https://h.com/a", "https://h.com/a"),
        ("curl --output=f.com --max-time=5 https://h.com/a", "https://h.com/a"),
        ("curl --url https://h.com/a --url=h.com/b", "https://h.com/a h.com/b"),
        ("curl -: -s -- h.com/a", "h.com/a"),
        ("curl --variable a=b.com -w '%{http_code}.com\\n' -z 1.com h.com", "h.com"),
        ("curl -sé -ö --größe https://h.com/ä", "https://h.com/ä"),
        ("curl '' \"\" https://h.com/a ''", "https://h.com/a"),
        ("curl -d '' -H '' https://h.com/a", "https://h.com/a"),
        ("curl https://h.com/a -X", "https://h.com/a"),
        ("curl -o - https://h.com/a -", "https://h.com/a"),
        ("curl ' https://h.com/a '", "https://h.com/a"),
    ]);
}

#[test]
fn every_option_with_a_value_takes_one() {
    let table = include_str!("../curl_options.rs");
    let (_, valued) = table.split_once("const VALUED: &str = \"\\").unwrap();
    let (valued, _) = valued.split_once('"').unwrap();
    let names = valued.replace('\\', " ");
    assert!(names.split_whitespace().count() > 130);
    for name in names.split_whitespace() {
        let (long, short) = name.split_once('/').unwrap_or((name, ""));
        assert_eq!(urls(&format!("curl --{long} v.com h.com/a")), ["h.com/a"], "{long}");
        if !short.is_empty() {
            assert_eq!(urls(&format!("curl -s{short} v.com h.com/a")), ["h.com/a"], "{short}");
        }
    }
}

#[test]
fn only_what_looks_like_a_url_is_one() {
    each_asks_for(&[
        ("curl h.com/a h.com h.com:8080/a u@h.com/a", "h.com/a h.com h.com:8080/a u@h.com/a"),
        ("curl localhost/a localhost:3000/b", "localhost/a localhost:3000/b"),
        ("curl 203.0.113.7/a http://h/a", "203.0.113.7/a http://h/a"),
        ("curl 'https://[2001:db8::7]/a' [::1]:80/b", "https://[2001:db8::7]/a [::1]:80/b"),
        ("curl FTP://h.com/a HTTPS://H.com/A", "FTP://h.com/a HTTPS://H.com/A"),
    ]);
    each_refuses(&[
        (
            "curl -s word 1.2 /a h. .h https:// h.com:x/a",
            &["word", "1.2", "h.", ".h", "https://", "h.com:x/a"],
        ),
        ("curl --doh-url https://dns.example/q h.com/a", &["--doh-url https://dns.example/q"]),
        ("curl -e https://o.com/ h.com/a", &["-e https://o.com/"]),
        ("curl --referer https://o.com/ h.com/a", &["--referer https://o.com/"]),
        ("curl -x http://p.com:80 -H 'Accept: */*' h.com/a", &[]),
        ("curl h.com/a https://$HOST/b \"$url\" '$c'", &["https://$HOST/b", "$url", "$c"]),
        ("seq 3 | xargs -I{} curl -s https://h.com/{}", &["https://h.com/{}"]),
        (&format!("curl h.com/a {}", "é".repeat(80)), &[&format!("{}…", "é".repeat(60))]),
    ]);
}

#[test]
fn data_goes_into_the_query_on_get() {
    each_asks_for(&[
        ("curl -G https://h.com/list -d page=2", "https://h.com/list?page=2"),
        ("curl --get -d a=1 --data b=2 'h.com/l?c=3'", "h.com/l?c=3&a=1&b=2"),
        ("curl -Gd a=1 https://h.com", "https://h.com/?a=1"),
        ("curl -G -d a=1 'https://h.com/l?#top'", "https://h.com/l?a=1#top"),
        ("curl -G -d a=1 'https://h.com/l?b&'", "https://h.com/l?b&a=1"),
        ("curl -G --data-raw @a --data-binary b --data-ascii c h.com/l", "h.com/l?@a&b&c"),
        ("curl -G --data-urlencode 'q=a b/ü~-._' h.com/l", "h.com/l?q=a+b%2F%C3%BC~-._"),
        ("curl -G --data-urlencode '=a=b' --data-urlencode 'c d' h.com/l", "h.com/l?a%3Db&c+d"),
        ("curl -G -d '' https://h.com/l", "https://h.com/l"),
        ("curl -d page=2 https://h.com/list", "https://h.com/list"),
        ("curl --url-query 'a=b c' --url-query +d=%20 h.com/l", "h.com/l?a=b+c&d=%20"),
        ("curl -G -d a=1 h.com/a h.com/b", "h.com/a?a=1 h.com/b?a=1"),
        ("curl -G -d a=1 h.com/a --next h.com/b", "h.com/a?a=1 h.com/b"),
    ]);
    each_refuses(&[
        ("curl -G -d @file.txt https://h.com/l", &["--get @file.txt"]),
        ("curl -G --data-urlencode n@f https://h.com/l", &["--get n@f"]),
        ("curl -d @file.txt https://h.com/l", &[]),
    ]);
    assert_eq!(read("curl -G https://h.com/l -d a=1").urls.first().unwrap().place, None);
}

#[test]
fn globs_stand_for_all_their_urls() {
    each_asks_for(&[
        ("curl https://h.com/{a,b}", "https://h.com/a https://h.com/b"),
        ("curl 'https://h.com/[1-3]'", "https://h.com/1 https://h.com/2 https://h.com/3"),
        ("curl 'h.com/[001-100:50]'", "h.com/001 h.com/051"),
        ("curl 'h.com/[a-e:2]'", "h.com/a h.com/c h.com/e"),
        ("curl 'h.com/{a,b}/[8-9]'", "h.com/a/8 h.com/a/9 h.com/b/8 h.com/b/9"),
        ("curl '{a,b}.com/x'", "a.com/x b.com/x"),
        ("curl 'h.com/{<n>a,}'", "h.com/a h.com/"),
        ("curl 'h.com/\\{a\\}/[]'", "h.com/{a}/[]"),
        (
            "curl https://h.com/{1..3}.jpg",
            "https://h.com/1.jpg https://h.com/2.jpg https://h.com/3.jpg",
        ),
        ("curl 'h.com/{1..3}'", "h.com/1..3"),
        ("curl -g 'h.com/{a,b}[1-2]'", "h.com/{a,b}[1-2]"),
        ("curl --globoff 'h.com/{a,b}'", "h.com/{a,b}"),
        ("curl 'h.com/[3-1]' 'h.com/{a' 'h.com/[1-2:0]'", "h.com/[3-1] h.com/{a h.com/[1-2:0]"),
        (
            "curl -g 'https://[2001:db8::7]/a' --next 'https://[::1]/[1-2]'",
            "https://[2001:db8::7]/a https://[::1]/1 https://[::1]/2",
        ),
    ]);
}

#[test]
fn a_glob_of_too_many_stays_as_it_is() {
    for (url, most) in [
        ("h.com/[1-10000]", true),
        ("h.com/[1-10001]", false),
        ("h.com/[1-100]/[1-101]", false),
        ("h.com/[0-18446744073709551615]", false),
        ("h.com/[00000000000000000000000000000000000000000000000000000000000000000001-2]", false),
    ] {
        let line = read(&format!("curl '{url}'"));
        if most {
            assert_eq!((line.urls.len(), line.not_taken.len()), (10_000, 0), "{url}");
            continue;
        }
        assert_eq!(line.urls.first().map(|it| it.text.as_str()), Some(url));
        assert_eq!(line.urls.len(), 1, "{url}");
        assert!(line.not_taken.iter().all(|it| it.starts_with("too many URLs: h.com/[")), "{url}");
        assert_eq!(line.not_taken.len(), 1, "{url}");
    }
}

#[test]
fn the_host_of_the_header_is_the_site() {
    each_asks_for(&[
        ("curl -H 'Host: www.site.com' https://203.0.113.7/a.jpg", "https://www.site.com/a.jpg"),
        ("curl -H host:www.site.com http://127.0.0.1:8080/a?b#c", "http://www.site.com/a?b#c"),
        ("curl h.com/a -H 'Host: s.com' --next h.com/b", "s.com/a h.com/b"),
        ("curl -H 'Host:' https://h.com/a", "https://h.com/a"),
        ("curl -H 'Host: bad host' -H 'X-Host: o.com' https://h.com/a", "https://h.com/a"),
        ("curl --resolve h.com:443:203.0.113.7 https://h.com/a", "https://h.com/a"),
        ("curl --connect-to ::edge.com:443 https://h.com/a", "https://h.com/a"),
        ("curl --request-target /b?c https://h.com/a", "https://h.com/b?c"),
        ("wget --header='Host: s.com' http://10.0.0.1/a", "http://s.com/a"),
    ]);
    each_refuses(&[("curl -H \"Host: $H\" https://203.0.113.7/a", &["https://203.0.113.7/a"])]);
    let same = read("curl -H 'Host: h.com' https://h.com/a");
    assert_eq!(same.urls.first().unwrap().place, Some(22..37));
}

#[test]
fn nothing_within_quotes_is_a_target() {
    each_asks_for(&[
        (
            "curl -X POST 'https://h.com/purge' \\\n  --data-raw '{\n  \"all\": \"/*\",\n  \"x\": \
             \"https://o.com/b\"\n}' \\\n  --compressed",
            "https://h.com/purge",
        ),
        ("curl h.com/a -d \"{\n\\\"a\\\": \\\"/b\\\"\n}\"", "h.com/a"),
        ("curl h.com/a -d @- <<EOF\n/b\nhttps://o.com/\nEOF\n", "h.com/a"),
        ("curl h.com/a -d @- <<-'EOF' | jq .\n/b\n\tEOF", "h.com/a"),
        ("curl h.com/a -d @- <<<'https://o.com/'", "h.com/a"),
    ]);
}
