//! Reads the parameters of PowerShell's web cmdlets.

use super::found::Found;
use super::word::ShellWord;

/// Parameters without a value. Others have one.
const SWITCHES: &[&str] = &[
    "-allowinsecureredirect",
    "-allowunencryptedauthentication",
    "-debug",
    "-disablekeepalive",
    "-followrellink",
    "-noproxy",
    "-passthru",
    "-preserveauthorizationonredirect",
    "-preservehttpmethodonredirect",
    "-proxyusedefaultcredentials",
    "-resume",
    "-skipcertificatecheck",
    "-skipheadervalidation",
    "-skiphttperrorcheck",
    "-usebasicparsing",
    "-usedefaultcredentials",
    "-verbose",
];

/// Parameters that a program of the same name as a cmdlet's alias does not have.
const OF_A_CMDLET: &[&str] =
    &["-body", "-headers", "-method", "-outfile", "-uri", "-usebasicparsing", "-websession"];

/// Returns true if `curl` or `wget` with these arguments is the alias of a cmdlet.
pub(super) fn is_meant(words: &[ShellWord]) -> bool {
    words.iter().any(|word| OF_A_CMDLET.iter().any(|it| it.eq_ignore_ascii_case(&word.text)))
}

/// Reads the arguments of a cmdlet.
pub(super) fn read(words: &[ShellWord], found: &mut Found) {
    found.is_command = true;
    let mut has_url = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let is_parameter = !word.quoted && word.text.starts_with('-') && word.text.len() > 1;
        if !is_parameter {
            if has_url {
                found.refuse(word);
            } else {
                found.put_url(word);
            }
            has_url = true;
            continue;
        }
        let (name, given) = match word.text.split_once(':') {
            Some((name, _)) => (name, Some(word.after(name.len() + 1))),
            None => (word.text.as_str(), None),
        };
        let lower = name.to_ascii_lowercase();
        // A beginning will do, as long as it is no other's.
        if lower.len() > 2 && SWITCHES.iter().any(|it| it.starts_with(&lower)) {
            continue;
        }
        let given = given.filter(|given| !given.text.is_empty());
        let Some(value) = given.or_else(|| words.next().cloned()) else { return };
        if lower.len() > 2 && "-uri".starts_with(&lower) {
            found.put_url(&value);
            has_url = true;
        } else if lower != "-proxy" {
            found.refuse_value(name, &value);
        }
    }
}
