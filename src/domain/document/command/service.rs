//! Reads the purges that the command-line tools of CDNs ask for.

use std::sync::LazyLock;

use super::found::Found;
use super::options::{Argument, OptionMeaning, OptionTable};
use super::url;
use super::word::ShellWord;

/// A purge by a tool.
struct Service {
    program: &'static str,
    /// The words that make it a purge, in this order.
    words: &'static [&'static str],
    options: &'static LazyLock<OptionTable>,
}

const SERVICES: &[Service] = &[
    Service { program: "aws", words: &["cloudfront", "create-invalidation"], options: &AWS },
    Service {
        program: "gcloud",
        words: &["compute", "url-maps", "invalidate-cdn-cache"],
        options: &GCLOUD,
    },
    Service { program: "az", words: &["afd", "endpoint", "purge"], options: &AZURE },
    Service { program: "az", words: &["cdn", "endpoint", "purge"], options: &AZURE },
    Service { program: "az", words: &["network", "front-door", "purge-endpoint"], options: &AZURE },
    Service { program: "fastly", words: &["purge"], options: &FASTLY },
];

static AWS: LazyLock<OptionTable> = LazyLock::new(|| {
    OptionTable::new(
        "debug no-verify-ssl no-paginate no-sign-request no-cli-pager",
        "distribution-id profile region endpoint-url output query ca-bundle color \
            cli-read-timeout cli-connect-timeout cli-binary-format cli-input-json cli-input-yaml \
            generate-cli-skeleton",
        &[("paths", OptionMeaning::Targets), ("invalidation-batch", OptionMeaning::Data)],
    )
});

static GCLOUD: LazyLock<OptionTable> = LazyLock::new(|| {
    OptionTable::new(
        "async global quiet/q",
        "project account configuration format verbosity region impersonate-service-account \
            billing-project",
        &[
            ("path", OptionMeaning::Targets),
            ("host", OptionMeaning::Hosts),
            ("tags", OptionMeaning::Data),
        ],
    )
});

static AZURE: LazyLock<OptionTable> = LazyLock::new(|| {
    OptionTable::new(
        "no-wait debug verbose only-show-errors",
        "resource-group/g endpoint-name profile-name name/n ids subscription output/o query",
        &[("content-paths", OptionMeaning::Targets), ("domains", OptionMeaning::Hosts)],
    )
});

static FASTLY: LazyLock<OptionTable> = LazyLock::new(|| {
    OptionTable::new(
        "all soft accept-defaults/d auto-yes/y debug-mode non-interactive/i quiet/q verbose/v",
        "service-id/s service-name token/t profile/o",
        &[("url", OptionMeaning::Url), ("key", OptionMeaning::Data), ("file", OptionMeaning::Data)],
    )
});

/// Reads the arguments after `aws`.
pub(super) fn aws(words: &[ShellWord], found: &mut Found) {
    read("aws", words, found);
}

/// Reads the arguments after `gcloud`.
pub(super) fn gcloud(words: &[ShellWord], found: &mut Found) {
    read("gcloud", words, found);
}

/// Reads the arguments after `az`.
pub(super) fn az(words: &[ShellWord], found: &mut Found) {
    read("az", words, found);
}

/// Reads the arguments after `fastly`.
pub(super) fn fastly(words: &[ShellWord], found: &mut Found) {
    read("fastly", words, found);
}

fn read(program: &str, words: &[ShellWord], found: &mut Found) {
    for service in SERVICES.iter().filter(|service| service.program == program) {
        let arguments = service.options.arguments(words);
        let mut plain = arguments.iter().filter_map(|argument| match argument {
            Argument::Plain(word) => Some(word.text.as_str()),
            Argument::Option { .. } => None,
        });
        if service.words.iter().all(|wanted| plain.any(|word| word == *wanted)) {
            return purge(arguments, found);
        }
    }
}

fn purge(arguments: Vec<Argument<'_>>, found: &mut Found) {
    found.is_command = true;
    let (mut targets, mut hosts) = (Vec::new(), Vec::new());
    for argument in arguments {
        let Argument::Option { name, meaning, value: Some(value) } = argument else { continue };
        match meaning {
            _ if value.unknown && meaning != OptionMeaning::Value => {
                found.refuse_because(&value, &name);
            }
            OptionMeaning::Targets => targets.push(value),
            OptionMeaning::Hosts => hosts.push(value),
            OptionMeaning::Url => found.put_url(&value),
            // A purge by another name than a URL.
            OptionMeaning::Data => found.refuse_because(&value, &name),
            OptionMeaning::Switch
            | OptionMeaning::Value
            | OptionMeaning::Way
            | OptionMeaning::Header
            | OptionMeaning::RawData
            | OptionMeaning::EncodedData
            | OptionMeaning::Query
            | OptionMeaning::Get
            | OptionMeaning::GlobOff
            | OptionMeaning::Next
            | OptionMeaning::Target => {}
        }
    }
    found.names_patterns = true;
    for target in &targets {
        if hosts.is_empty() || url::has_web_scheme(&target.text) {
            found.put(target);
        }
        for host in hosts.iter().filter(|_| !url::has_web_scheme(&target.text)) {
            let gap = if target.text.starts_with('/') { "" } else { "/" };
            let text = format!("https://{}{gap}{}", host.text, target.text);
            if !found.affords(text.len()) {
                found.refuse_because(target, "too many URLs:");
                break;
            }
            found.put_made(target, text);
        }
    }
    found.names_patterns = false;
}
