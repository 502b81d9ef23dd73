//! Reads the arguments of wget.

use std::sync::LazyLock;

use super::found::Found;
use super::options::{Argument, OptionMeaning, OptionTable};
use super::request::CommandRequest;
use super::word::ShellWord;

/// The options of wget. `-nv` and the like are one option `-n` with a letter.
static WGET: LazyLock<OptionTable> = LazyLock::new(|| {
    OptionTable::new(
        "version/V help/h background/b debug/d quiet/q verbose/v force-html/F continue/c \
            timestamping/N server-response/S spider inet4-only/4 inet6-only/6 force- \
            directories/x adjust-extension/E recursive/r convert-links/k backup-converted/K \
            mirror/m page-requisites/p span-hosts/H relative/L show-progress random-wait ignore- \
            case ask-password unlink xattr protocol-directories ignore-length save-headers keep- \
            session-cookies content-disposition content-on-error auth-no-challenge https-only \
            ftps-implicit ftps-resume-ssl retry-connrefused delete-after follow-ftp warc-cdx \
            trust-server-names strict-comments convert-file-only preserve-permissions retr- \
            symlinks",
        "execute/e output-file/o append-output/a input-file/i base/B tries/t output- \
            document/O timeout/T wait/w quota/Q directory-prefix/P user-agent/U level/l accept/A \
            reject/R domains/D include-directories/I exclude-directories/X no/n report-speed \
            config rejected-log retry-on-http-error start-pos progress dns-timeout connect- \
            timeout read-timeout waitretry bind-address limit-rate restrict-file-names prefer- \
            family user password use-askpass local-encoding remote-encoding cut-dirs http-user \
            http-password default-page compression max-redirect referer load-cookies save- \
            cookies post-data post-file method body-data body-file secure-protocol certificate \
            certificate-type private-key private-key-type ca-certificate ca-directory crl-file \
            pinnedpubkey ciphers hsts-file ftp-user ftp-password warc-file warc-header warc-max- \
            size warc-dedup warc-tempdir backups accept-regex reject-regex regex-type exclude- \
            domains follow-tags ignore-tags",
        &[
            ("header", OptionMeaning::Header),
            ("proxy-user", OptionMeaning::Way),
            ("proxy-password", OptionMeaning::Way),
        ],
    )
});

/// Reads the arguments after `wget`.
pub(super) fn read(words: &[ShellWord], found: &mut Found) {
    let mut request = CommandRequest::with_globs(false);
    for argument in WGET.arguments(words) {
        match argument {
            Argument::Plain(word) => request.urls.push(word.clone()),
            Argument::Option { name, meaning, value } => {
                found.is_command = true;
                request.option(&name, meaning, value.unwrap_or_default(), found);
            }
        }
    }
    request.finish(found);
}
