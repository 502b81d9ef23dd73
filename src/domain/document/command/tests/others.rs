use super::*;

#[test]
fn wget_is_read() {
    each_asks_for(&[
        ("wget https://h.com/a", "https://h.com/a"),
        ("wget -q -O f.com --header='A: /b' --spider https://h.com/a", "https://h.com/a"),
        ("wget -qO- https://h.com/a", "https://h.com/a"),
        ("wget -nv -np --tries=3 --no-check-certificate h.com/a", "h.com/a"),
        ("wget --user-agent x.com --timeout 5.com h.com/a", "h.com/a"),
        ("wget -i list.com h.com/{a,b}", "h.com/{a,b}"),
        ("sudo /usr/bin/wget -P /tmp/x.com h.com/a", "h.com/a"),
    ]);
    each_refuses(&[("wget -i https://h.com/list.txt", &["-i https://h.com/list.txt"])]);
}

#[test]
fn httpie_is_read() {
    each_asks_for(&[
        ("http GET https://h.com/a X-Header:v q==1", "https://h.com/a?q=1"),
        ("http PURGE h.com/a", "h.com/a"),
        ("https h.com/a", "https://h.com/a"),
        ("https GET http://h.com/a 'q==a b' c=d", "http://h.com/a?q=a+b"),
        ("http --auth a.com:b --follow HEAD h.com/a Host:s.com", "s.com/a"),
        ("http :3000/a", "localhost:3000/a"),
        ("xh get.com/a", "get.com/a"),
    ]);
}

#[test]
fn a_copied_fetch_is_read_to_its_end() {
    each_asks_for(&[
        ("fetch(\"https://h.com/a\");", "https://h.com/a"),
        (
            "fetch(\"https://h.com/a?b=1&c=2\", {\n  \"headers\": {\n    \"accept\": \"*/*\",\n    \
             \"x\": \"it's ) }\"\n  },\n  \"referrer\": \"https://o.com/\",\n  \"body\": null,\n  \
             \"method\": \"GET\"\n});\n",
            "https://h.com/a?b=1&c=2",
        ),
        ("await fetch('https://h.com/a', {\r\n  \"a\": \"/b\"\r\n});\r\n", "https://h.com/a"),
        ("const r = await fetch(`https://h.com/a`)\n  .then(r => r.json());", "https://h.com/a"),
        ("fetch(\"https:\\/\\/h.com\\u002fa\\x41\\u{42}\")", "https://h.com/aAB"),
        ("fetch('a.com/x'); fetch('b.com/x') // c.com", "a.com/x b.com/x"),
        ("fetch(\n  'https://h.com/a',\n)", "https://h.com/a"),
        ("fetch('/a', {})", "/a"),
        ("fetch(\"https://h.com/\\ud83d\\ude00\")", "https://h.com/😀"),
    ]);
    each_refuses(&[
        ("fetch(url, { a: 'b.com' })", &["url"]),
        ("fetch(`https://h.com/${id}`)", &["https://h.com/${id}"]),
    ]);
    let place = read("fetch('https://h.com/a')").urls.first().unwrap().place.clone();
    assert_eq!(place, Some(7..22));
}

#[test]
fn purges_by_the_tools_of_cdns_are_read() {
    each_asks_for(&[
        (
            "aws cloudfront create-invalidation --distribution-id X.com --paths \"/img/*\" \
             \"/index.html\"",
            "/img/* /index.html",
        ),
        ("aws --profile p cloudfront create-invalidation --paths '/*' --output json", "/*"),
        (
            "gcloud compute url-maps invalidate-cdn-cache NAME --host h.com --path \"/a/*\"",
            "https://h.com/a/*",
        ),
        ("gcloud compute url-maps invalidate-cdn-cache NAME --path=/a --async", "/a"),
        (
            "az afd endpoint purge -g g --content-paths '/a' '/b/*' --domains h.com",
            "https://h.com/a https://h.com/b/*",
        ),
        ("az cdn endpoint purge -g g -n n --content-paths /a /b", "/a /b"),
        ("fastly purge --url https://h.com/a", "https://h.com/a"),
        ("$ sudo fastly purge -s X --url=h.com/a", "h.com/a"),
    ]);
    each_refuses(&[
        ("fastly purge --key articles", &["--key articles"]),
        ("aws cloudfront create-invalidation --paths \"$P\"", &["--paths $P"]),
        (
            "aws cloudfront create-invalidation --invalidation-batch file://b.json",
            &["--invalidation-batch file://b.json"],
        ),
    ]);
    let line = read("aws cloudfront create-invalidation --paths '/a'");
    assert_eq!(line.urls.first().unwrap().place, Some(44..46));
}
