//! Patterns of targets as conditions on the text in which each target is a line.
//!
//! The text is compared in lower case, as the index of its trigrams has it. Each line has a line
//! feed before and after it, and none in it.

use super::sql::SqlText;
use super::text::stored_line;
use crate::domain::filter::Pattern;
use crate::domain::glob;

/// Scheme and host of a full URL: all before its path.
const HOST: &str = "https?://[^/?#\n]*";

/// Any number of characters of one line.
const ANYTHING: &str = "[^\n]*";

/// The path of a URL that ends with its host.
const ROOT: &str = "/";

/// A condition on a purge's targets.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LineTest {
    /// There is a target.
    Any,
    /// The text is like this.
    Like(String),
    /// A part of the text fits this regular expression.
    Fits(String),
}

impl LineTest {
    fn of(pattern: &Pattern) -> Self {
        match pattern {
            Pattern::Contains(part) => Self::contains(part),
            Pattern::Is(whole) => {
                let whole = whole.to_ascii_lowercase();
                Self::whole(&[&whole], whole == ROOT)
            }
            Pattern::Glob(glob) => {
                let pieces: Vec<&str> = glob.split('*').collect();
                match &*pieces {
                    ["", part @ .., ""] if part.len() <= 1 => {
                        Self::contains(part.first().copied().unwrap_or_default())
                    }
                    _ => Self::whole(&pieces, glob::matches(glob, ROOT)),
                }
            }
        }
    }

    fn contains(part: &str) -> Self {
        if part.is_empty() {
            return Self::Any;
        }
        let mut like = String::from("%");
        for character in stored_line(part).chars() {
            if matches!(character, '%' | '_' | '\\') {
                like.push('\\');
            }
            like.push(character);
        }
        like.push('%');
        Self::Like(like)
    }

    /// Returns the test of a line, or of its path, that consists of these pieces and anything
    /// between them.
    fn whole(pieces: &[&str], fits_root: bool) -> Self {
        // A pattern that begins with anything fits the whole line where it fits the path.
        let has_path = pieces.first().is_some_and(|head| head.starts_with(['/', '?', '#']));
        let pieces: Vec<String> = pieces.iter().map(|piece| literally(piece)).collect();
        let line = pieces.join(ANYTHING);
        let line = if has_path { format!("({HOST})?{line}") } else { line };
        let line = if fits_root { format!("({line}|{HOST})") } else { line };
        Self::Fits(format!("\n{line}\n"))
    }

    fn condition(self, sql: &mut SqlText) -> String {
        match self {
            Self::Any => "p.targets > 0".to_owned(),
            Self::Like(like) => format!("lower(p.lines) LIKE {}", sql.bind(like)),
            Self::Fits(expression) => format!("lower(p.lines) ~ {}", sql.bind(expression)),
        }
    }
}

/// Returns a regular expression for a text and nothing else.
fn literally(text: &str) -> String {
    let mut expression = String::with_capacity(text.len());
    for character in stored_line(text).chars() {
        if character.is_ascii() && !character.is_ascii_alphanumeric() {
            expression.push('\\');
        }
        expression.push(character);
    }
    expression
}

/// Returns the condition that a target fits one of these patterns.
pub(super) fn any_fits(patterns: &[Pattern], sql: &mut SqlText) -> String {
    let tests = patterns.iter().map(|pattern| LineTest::of(pattern).condition(sql));
    let tests: Vec<String> = tests.collect();
    if tests.is_empty() { "false".to_owned() } else { format!("({})", tests.join(" OR ")) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::cluster::Cluster;
    use crate::domain::store_address::StoreAddress;
    use crate::store::outcome::Access;
    use crate::store::postgres::server::{Server, ServerAccess};
    use crate::store::postgres::session::ServerSession;
    use crate::store::postgres::text::stored_lines;

    fn connect(url: &str) -> ServerSession {
        let StoreAddress::Server(address) = StoreAddress::parse(url).unwrap() else {
            unreachable!("the address of a server")
        };
        let given = ServerAccess { address, password: None };
        ServerSession::new(&Arc::new(Server::of(&given, Access::ReadOnly).unwrap()), None)
    }

    fn pattern(text: &'static str) -> impl Strategy<Value = Pattern> {
        let text = || text.prop_map(|text| text.to_ascii_lowercase());
        prop_oneof![
            text().prop_map(Pattern::Is),
            text().prop_map(Pattern::Contains),
            text().prop_map(Pattern::Glob),
        ]
    }

    #[test]
    fn a_server_finds_the_targets_that_the_plain_rule_finds() {
        const SPECIAL: &str = r"[aB/%_.*+?(){}|^$\\\[\]#:\-é \n\x00]{0,5}";
        const TARGETS: &str = r"([hH]ttps?://h?)?[aB/%_.*+?(){}|^$\\\[\]#:\-é \n\x00]{0,5}";
        let Some(cluster) = Cluster::shared() else { return };
        let session = connect(&cluster.database());
        let targets = prop::collection::vec(TARGETS, 0..3);
        let pattern = prop_oneof![pattern(SPECIAL), pattern(TARGETS)];
        let patterns = prop::collection::vec(pattern, 0..3);
        proptest!(ProptestConfig::with_cases(512), |(targets in targets, patterns in patterns)| {
            let fits = |pattern: &Pattern| targets.iter().any(|it| pattern.matches_target(it));
            let expected = patterns.iter().any(fits);
            let mut sql = SqlText::default();
            let condition = any_fits(&patterns, &mut sql);
            let lines = sql.bind(stored_lines(targets.iter().map(String::as_str)));
            let count = sql.bind(i32::try_from(targets.len()).unwrap());
            sql.push(&format!(
                "SELECT {condition}
                 FROM (SELECT {lines}::text COLLATE \"C\" AS lines, {count}::integer AS targets) p"
            ));
            let found = session.with(|live| live.query(sql.text(), &sql.values())).unwrap();
            prop_assert_eq!(found[0].get::<_, bool>(0), expected, "{}", sql.text());
        });
    }

    #[test]
    fn a_part_is_looked_for_by_like_and_a_whole_line_by_an_expression_of_literals() {
        let like = |text: &str| LineTest::Like(text.to_owned());
        let fits = |text: &str| LineTest::Fits(text.to_owned());
        let contains = |text: &str| Pattern::Contains(text.to_owned());
        let glob = |text: &str| Pattern::Glob(text.to_owned());
        for (pattern, expected) in [
            (contains(""), LineTest::Any),
            (glob("*"), LineTest::Any),
            (glob("**"), LineTest::Any),
            (contains(r"50%_\"), like(r"%50\%\_\\%")),
            (glob("*/img/*"), like("%/img/%")),
            (contains("a\nb\0"), like("%a\u{fffe}b\u{ffff}%")),
            (Pattern::Is("A.b".to_owned()), fits("\na\\.b\n")),
            (glob("a*(b"), fits("\na[^\n]*\\(b\n")),
            (glob("/a*"), fits("\n(https?://[^/?#\n]*)?\\/a[^\n]*\n")),
            (glob("*/"), fits("\n([^\n]*\\/|https?://[^/?#\n]*)\n")),
        ] {
            assert_eq!(LineTest::of(&pattern), expected, "{pattern:?}");
        }
    }
}
