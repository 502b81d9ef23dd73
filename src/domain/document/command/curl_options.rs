//! The options of curl 8.22, as its own table lists them.

use std::sync::LazyLock;

use super::options::{OptionMeaning, OptionTable};

/// The options of curl.
pub(super) static CURL: LazyLock<OptionTable> =
    LazyLock::new(|| OptionTable::new(SWITCHES, VALUED, MEANT));

/// Options with a meaning of their own; what stands after a slash is the short form.
const MEANT: &[(&str, OptionMeaning)] = &[
    ("url", OptionMeaning::Url),
    ("expand-url", OptionMeaning::Url),
    ("url-query", OptionMeaning::Query),
    ("data/d", OptionMeaning::Data),
    ("data-ascii", OptionMeaning::Data),
    ("data-binary", OptionMeaning::Data),
    ("data-raw", OptionMeaning::RawData),
    ("data-urlencode", OptionMeaning::EncodedData),
    ("json", OptionMeaning::Data),
    ("get/G", OptionMeaning::Get),
    ("globoff/g", OptionMeaning::GlobOff),
    ("header/H", OptionMeaning::Header),
    ("next/:", OptionMeaning::Next),
    ("request-target", OptionMeaning::Target),
    ("preproxy", OptionMeaning::Way),
    ("proxy/x", OptionMeaning::Way),
    ("proxy1.0", OptionMeaning::Way),
    ("socks4", OptionMeaning::Way),
    ("socks4a", OptionMeaning::Way),
    ("socks5", OptionMeaning::Way),
    ("socks5-hostname", OptionMeaning::Way),
];

/// Options without a value.
const SWITCHES: &str = "\
    alpn anyauth append/a basic buffer/N ca-native cert-status clobber compressed \
    compressed-ssh create-dirs crlf digest disable/q disable-eprt disable-epsv \
    disallow-username-in-url doh-cert-status doh-insecure dump-ca-embed eprt epsv fail/f \
    fail-early fail-with-body false-start follow form-escape ftp-create-dirs ftp-pasv \
    ftp-pret ftp-skip-pasv-ip ftp-ssl ftp-ssl-ccc ftp-ssl-control ftp-ssl-reqd \
    haproxy-protocol head/I http0.9 http1.0/0 http1.1 http2 http2-prior-knowledge http3 \
    http3-only ignore-content-length include insecure/k ipv4/4 ipv6/6 junk-session-cookies/j \
    keepalive list-only/l location/L location-trusted mail-rcpt-allowfails manual/M metalink \
    mptcp negotiate netrc/n netrc-optional npn ntlm ntlm-wb out-null parallel/Z \
    parallel-immediate path-as-is post301 post302 post303 progress-bar/# progress-meter \
    proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2 proxy-http3 \
    proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast \
    proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel/p raw remote-header-name/J \
    remote-name/O remote-name-all remote-time/R remove-on-error retry-all-errors \
    retry-connrefused sasl-ir sessionid show-error/S show-headers/i silent/s skip-existing \
    socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert \
    ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2/2 sslv3/3 styled-output \
    suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata tlsv1/1 \
    tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii/B verbose/v \
    version/V xattr";

/// Options with a value that is no target.
const VALUED: &str = "\
    abstract-unix-socket alt-svc aws-sigv4 cacert capath cert/E cert-type ciphers config/K \
    connect-timeout connect-to continue-at/C cookie/b cookie-jar/c create-file-mode crlfile \
    curves delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url \
    dump-header/D ech egd-file engine etag-compare etag-save expect100-timeout form/F \
    form-string ftp-account ftp-alternative-to-user ftp-method ftp-port/P ftp-ssl-ccc-mode \
    happy-eyeballs-timeout-ms haproxy-clientip help/h hostpubmd5 hostpubsha256 hsts \
    httpsig-algo httpsig-headers httpsig-key httpsig-keyid interface ip-tos ipfs-gateway \
    keepalive-cnt keepalive-time key key-type knownhosts krb krb4 libcurl limit-rate \
    local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs \
    max-time/m netrc-file noproxy oauth2-bearer output/o output-dir parallel-max \
    parallel-max-host pass pinnedpubkey proto proto-default proto-redir proxy-cacert \
    proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header \
    proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name \
    proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user/U \
    pubkey quote/Q random-file range/r rate referer/e request/X resolve retry retry-delay \
    retry-max-time sasl-authzid service-name sigalgs socks5-gssapi-service speed-limit/Y \
    speed-time/y ssl-sessions stderr telnet-option/t tftp-blksize time-cond/z tls-max \
    tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket \
    upload-file/T upload-flags user/u user-agent/A variable vlan-priority write-out/w";
