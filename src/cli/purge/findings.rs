//! The linter's findings for people: the first lines of each code, the numbers of the others, and a
//! summary.

use std::collections::BTreeMap;

use crate::cli::console::{Console, count};
use crate::domain::draft::address::concealed;
use crate::domain::findings::{Code, Finding, Severity};
use crate::domain::lint::Linted;
use crate::domain::text::escape_control;

/// Findings of one code that are printed in full.
const MAX_PRINTED: usize = 3;
/// The same for errors: each must be corrected.
const MAX_PRINTED_ERRORS: usize = 20;
/// Further lines whose numbers are printed.
const MAX_NUMBERS: usize = 8;

/// The findings of one code, each with the input that it is about.
type OfCode<'l> = Vec<(Option<&'l str>, &'l Finding)>;

/// Groups the findings by code, the most severe first.
fn by_code(linted: &Linted) -> Vec<OfCode<'_>> {
    let of_lines = linted.lines.iter().flat_map(|line| {
        let findings = line.findings.iter();
        findings.map(move |finding| (Some(line.input.as_str()), finding))
    });
    let of_all = linted.findings.iter().map(|finding| (None, finding));
    let mut codes: BTreeMap<_, OfCode<'_>> = BTreeMap::new();
    for (input, finding) in of_lines.chain(of_all) {
        codes
            .entry((std::cmp::Reverse(finding.severity), finding.code))
            .or_default()
            .push((input, finding));
    }
    codes.into_values().collect()
}

/// Words the findings of a code: the first in full, the others by their numbers.
fn lines(of_code: &OfCode<'_>) -> Vec<String> {
    let Some((_, first)) = of_code.first() else {
        return Vec::new();
    };
    let printed = match first.severity {
        Severity::Error => MAX_PRINTED_ERRORS,
        Severity::Warning | Severity::Info => MAX_PRINTED,
    };
    // One more takes no more room than a line that says so.
    let printed = if of_code.len() == printed + 1 { printed + 1 } else { printed };
    let begin = format!("{} {}", first.severity.word(), first.code);
    let mut lines: Vec<String> = of_code
        .iter()
        .take(printed)
        .map(|(input, finding)| {
            let place = match (finding.line, input) {
                (Some(line), Some(input)) if !input.is_empty() => {
                    format!(" line {}, {}", line + 1, escape_control(&concealed(input), 100))
                }
                (Some(line), _) => format!(" line {}", line + 1),
                (None, _) => String::new(),
            };
            format!("{begin}{place}: {}", finding.words)
        })
        .collect();
    let more: Vec<&Finding> = of_code.iter().skip(printed).map(|(_, one)| *one).collect();
    if more.is_empty() {
        return lines;
    }
    let numbers = more.iter().filter_map(|finding| finding.line);
    let numbers: Vec<String> =
        numbers.take(MAX_NUMBERS).map(|line| (line + 1).to_string()).collect();
    let and_so_on = if more.len() > numbers.len() { " …" } else { "" };
    lines.push(if numbers.is_empty() {
        format!("{begin}: the same {} more", count(more.len(), "time"))
    } else {
        format!(
            "{begin}: the same holds for {}: {}{and_so_on}",
            count(more.len(), "more line"),
            numbers.join(", ")
        )
    });
    lines
}

/// Explains the findings of a code: why it matters, what to do, and the document that says so.
fn explanation(of_code: &OfCode<'_>) -> Option<String> {
    let (_, first) = of_code.first()?;
    let rule = Code::EVERY.iter().map(|code| code.rule()).find(|rule| rule.code == first.code)?;
    let link = rule.doc.map(|doc| format!(" {doc}")).unwrap_or_default();
    Some(format!("  {}, {}: {}{link}", rule.code, rule.title, rule.explanation))
}

/// Prints the findings, the most severe first; errors and warnings also with `--quiet`.
/// `explained`: below the findings of each code, its explanation.
pub(super) fn print(linted: &Linted, explained: bool, console: Console) {
    for of_code in by_code(linted) {
        let is_info = |(_, finding): &(_, &Finding)| finding.severity == Severity::Info;
        let explanation = explanation(&of_code).filter(|_| explained);
        for line in lines(&of_code).into_iter().chain(explanation) {
            if of_code.first().is_some_and(is_info) {
                console.info(&line);
            } else {
                console.warn(&line);
            }
        }
    }
}

/// Counts the findings by severity and code; `None` for few lines, which are all in view.
pub(super) fn summary(linted: &Linted) -> Option<String> {
    let codes = by_code(linted);
    let lines: usize = codes.iter().map(|of_code| lines(of_code).len()).sum();
    if lines <= MAX_PRINTED {
        return None;
    }
    let parts =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "info")]
            .into_iter()
            .filter_map(|(severity, word)| {
                let mut all = 0;
                let mut each = Vec::new();
                for of_code in &codes {
                    if let Some((_, first)) = of_code.first()
                        && first.severity == severity
                    {
                        all += of_code.len();
                        each.push(format!("{} {}", of_code.len(), first.code));
                    }
                }
                (all > 0).then(|| format!("{} ({})", count(all, word), each.join(", ")))
            });
    let parts: Vec<String> = parts.collect();
    Some(format!("above: {}", parts.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lint::LintedLine;

    /// A draft with so many lines, all with the same finding.
    fn draft(code: Code, lines: usize) -> Linted {
        let line = |line| LintedLine {
            line,
            input: format!("/{line}"),
            findings: vec![Finding::new(code, Some(line), "Words.")],
            ..LintedLine::default()
        };
        Linted { lines: (0..lines).map(line).collect(), ..Linted::default() }
    }

    fn all_lines(linted: &Linted) -> Vec<String> {
        by_code(linted).iter().flat_map(lines).collect()
    }

    #[test]
    fn many_lines_with_the_same_finding_are_given_by_their_numbers() {
        let lines = all_lines(&draft(Code::Covered, 69));
        assert_eq!(
            lines,
            [
                "info PD010 line 1, /0: Words.",
                "info PD010 line 2, /1: Words.",
                "info PD010 line 3, /2: Words.",
                "info PD010: the same holds for 66 more lines: 4, 5, 6, 7, 8, 9, 10, 11 …",
            ]
        );
    }

    #[test]
    fn a_few_findings_are_printed_in_full_and_need_no_summary() {
        let few = draft(Code::Covered, 3);
        assert_eq!((all_lines(&few).len(), summary(&few)), (3, None));
        let one_more = all_lines(&draft(Code::Covered, 4));
        assert!(one_more.iter().all(|line| !line.contains("more")), "{one_more:?}");
    }

    #[test]
    fn a_code_is_explained_once_with_its_document() {
        let explained = |code| explanation(&by_code(&draft(code, 3))[0]).unwrap_or_default();
        let covered = explained(Code::Covered);
        assert!(covered.starts_with("  PD010, covered by a pattern: A pattern of"), "{covered}");
        assert!(explained(Code::Fragment).ends_with("rfc3986#section-3.5"));
    }

    #[test]
    fn errors_come_first_and_the_summary_counts_all() {
        let mut linted = draft(Code::Covered, 30);
        linted.lines.extend(draft(Code::TooLong, 2).lines);
        assert!(all_lines(&linted)[0].starts_with("error PD012 line 1"));
        let said = summary(&linted);
        assert_eq!(said.as_deref(), Some("above: 2 errors (2 PD012); 30 infos (30 PD010)"));
    }
}
