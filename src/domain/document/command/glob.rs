//! The globs of curl: `{a,b}`, `[1-3]`, `[001-100:2]`, `[a-z:2]`.

/// A URL may stand for so many at most.
pub(super) const MOST: usize = 10_000;

/// Letters that a glob has, or that escape one.
const SPECIAL: &[char] = &['{', '[', '}', ']', '\\'];

/// A number in a range has so many digits at most, with its zeros.
const WIDEST: usize = 64;

/// A text that globs made, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expanded {
    /// The text has no globs, or none that are whole.
    AsItStands,
    /// It stands for these.
    To(Vec<String>),
    /// It stands for more than may be.
    TooMany,
}

/// A part of a URL, with the texts that may stand in its place.
type Choices = Vec<String>;

/// Why a glob is none.
enum Refused {
    Malformed,
    TooMany,
}

/// Expands the globs of a URL. Unquoted, a shell expands `{1..3}` before curl sees it.
pub(super) fn expand(url: &str, is_unquoted: bool, most_bytes: usize) -> Expanded {
    if !url.contains(SPECIAL) {
        return Expanded::AsItStands;
    }
    if most_bytes == 0 {
        return Expanded::TooMany;
    }
    let parts = match parse(url, is_unquoted) {
        Ok(parts) => parts,
        Err(Refused::Malformed) => return Expanded::AsItStands,
        Err(Refused::TooMany) => return Expanded::TooMany,
    };
    let count: usize = parts.iter().map(Vec::len).product();
    let longest = |part: &Choices| part.iter().map(String::len).max().unwrap_or(0);
    let length: usize = parts.iter().map(longest).sum();
    if count.saturating_mul(length) > most_bytes {
        return Expanded::TooMany;
    }
    let made: Vec<String> = (0..count).map(|number| one(&parts, number)).collect();
    match made.as_slice() {
        [only] if only == url => Expanded::AsItStands,
        _ => Expanded::To(made),
    }
}

/// Returns one of the URLs: the last glob's choices go round first.
fn one(parts: &[Choices], mut number: usize) -> String {
    let mut chosen: Vec<&str> = Vec::with_capacity(parts.len());
    for part in parts.iter().rev() {
        let count = part.len().max(1);
        chosen.push(part.get(number % count).map_or("", String::as_str));
        number /= count;
    }
    chosen.iter().rev().copied().collect()
}

fn parse(url: &str, is_unquoted: bool) -> Result<Vec<Choices>, Refused> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let (mut rest, mut count) = (url, 1_usize);
    while let Some(at) = rest.find(SPECIAL) {
        let (before, from) = rest.split_at_checked(at).unwrap_or_default();
        literal.push_str(before);
        let mut letters = from.chars();
        let opener = letters.next();
        let after = letters.as_str();
        let (choices, left) = match opener {
            Some('\\') => {
                if !after.starts_with(['{', '[', '}', ']']) {
                    literal.push('\\');
                    rest = after;
                    continue;
                }
                let escaped = after.chars().take(1);
                literal.extend(escaped);
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            Some('[') => {
                let (inside, left) = after.split_once(']').ok_or(Refused::Malformed)?;
                if inside.is_empty() || inside.matches(':').count() > 1 {
                    literal.push_str(from.get(..inside.len() + 2).unwrap_or_default());
                    rest = left;
                    continue;
                }
                (range(unnamed(inside)).ok_or(Refused::Malformed)??, left)
            }
            Some('{') => {
                let (inside, left) = set(unnamed(after))?;
                let sequence = match inside.as_slice() {
                    [only] if is_unquoted => sequence(only),
                    _ => None,
                };
                (sequence.transpose()?.unwrap_or(inside), left)
            }
            Some(_) | None => return Err(Refused::Malformed),
        };
        count = count.saturating_mul(choices.len());
        if count > MOST {
            return Err(Refused::TooMany);
        }
        parts.push(vec![std::mem::take(&mut literal)]);
        parts.push(choices);
        rest = left;
    }
    literal.push_str(rest);
    parts.push(vec![literal]);
    Ok(parts)
}

/// Passes over the name that a glob may have: `{<name>a,b}`.
fn unnamed(glob: &str) -> &str {
    const LONGEST: usize = 64;
    let name = glob.strip_prefix('<');
    let length = name.and_then(|name| name.bytes().take(LONGEST).position(|byte| byte == b'>'));
    let rest = length.filter(|length| *length > 0).and_then(|length| glob.get(length + 2..));
    rest.unwrap_or(glob)
}

/// Reads a set up to its brace; returns what follows it too.
fn set(text: &str) -> Result<(Choices, &str), Refused> {
    let mut choices = vec![String::new()];
    let mut letters = text.chars();
    if text.starts_with('}') {
        return Err(Refused::Malformed);
    }
    while let Some(letter) = letters.next() {
        let letter = match letter {
            '}' => return Ok((choices, letters.as_str())),
            '{' | '[' | ']' => return Err(Refused::Malformed),
            ',' => {
                choices.push(String::new());
                continue;
            }
            '\\' => letters.next().unwrap_or(letter),
            _ => letter,
        };
        if let Some(last) = choices.last_mut() {
            last.push(letter);
        }
    }
    Err(Refused::Malformed)
}

/// Reads the inside of a range.
fn range(inside: &str) -> Option<Result<Choices, Refused>> {
    let (bounds, step) = match inside.split_once(':') {
        Some((bounds, step)) => (bounds, step.parse().ok()?),
        None => (inside, 1),
    };
    let (from, to) = bounds.split_once('-')?;
    choices(from, to, step)
}

/// Reads the inside of a shell's sequence: `1..3`, `a..e`, `0..10..2`.
fn sequence(inside: &str) -> Option<Result<Choices, Refused>> {
    let (from, rest) = inside.split_once("..")?;
    let (to, step) = match rest.split_once("..") {
        Some((to, step)) => (to, step.parse().ok()?),
        None => (rest, 1),
    };
    choices(from, to, step)
}

fn choices(from: &str, to: &str, step: u64) -> Option<Result<Choices, Refused>> {
    let mut letters = (from.chars(), to.chars());
    if let (Some(first), Some(last)) = (letters.0.next(), letters.1.next())
        && first.is_ascii_alphabetic()
        && last.is_ascii_alphabetic()
        && (letters.0.next(), letters.1.next()) == (None, None)
    {
        let step = usize::try_from(step).ok().filter(|step| *step > 0)?;
        let made: Choices = (first..=last).step_by(step).map(String::from).collect();
        return (!made.is_empty()).then_some(Ok(made));
    }
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(from) || !is_number(to.trim_start()) || step == 0 {
        return None;
    }
    let width = if from.starts_with('0') { from.len() } else { 0 };
    let (first, last): (u64, u64) = (from.parse().ok()?, to.trim_start().parse().ok()?);
    let count = last.checked_sub(first)? / step;
    if usize::try_from(count).map_or(true, |count| count >= MOST || width > WIDEST) {
        return Some(Err(Refused::TooMany));
    }
    let made = (0..=count).map(|number| format!("{:0width$}", first + number * step));
    Some(Ok(made.collect()))
}
