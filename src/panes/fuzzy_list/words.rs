//! Finds entries by words: names and synonyms before sentences, whole words before beginnings;
//! letters alone only where no word fits.

/// The words that an entry is found by, all in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keywords {
    full: String,
    /// Its name, in full and in its parts.
    name: Vec<String>,
    synonyms: Vec<String>,
    /// The words of the sentence about it.
    about: Vec<String>,
    /// Set if it must not come first by a weak match.
    risky: bool,
    /// Its place among entries that fit equally well: the lowest stands first.
    class: u8,
}

/// The quality of a match; the best one is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Quality {
    FullName,
    Name,
    Synonym,
    NameStart,
    SynonymStart,
    About,
    AboutStart,
    Part,
}

/// The tiers of matches; within one, an entry's class counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    FullName,
    Word,
    Start,
    About,
    Part,
}

impl Quality {
    fn tier(self) -> Tier {
        match self {
            Self::FullName => Tier::FullName,
            Self::Name | Self::Synonym => Tier::Word,
            Self::NameStart | Self::SynonymStart => Tier::Start,
            Self::About | Self::AboutStart => Tier::About,
            Self::Part => Tier::Part,
        }
    }
}

/// Letters from which on the beginning of a word is a strong match.
const STRONG: usize = 3;

/// Letters from which on the middle of a word is looked at.
const PART: usize = 3;

impl Keywords {
    /// Makes the keywords of an entry of this name.
    pub fn new(name: &str, synonyms: &str, about: &str) -> Self {
        let name = name.to_lowercase();
        let mut names = words(&name);
        if !names.contains(&name) {
            names.push(name.clone());
        }
        Self {
            full: name,
            name: names,
            synonyms: synonyms.to_lowercase().split_whitespace().map(str::to_owned).collect(),
            about: words(&about.to_lowercase()),
            ..Self::default()
        }
    }

    /// Has it never come first by a weak match.
    #[must_use]
    pub fn risky(self, risky: bool) -> Self {
        Self { risky, ..self }
    }

    /// Sets its place among entries that fit equally well.
    #[must_use]
    pub fn class(self, class: u8) -> Self {
        Self { class, ..self }
    }

    fn quality(&self, word: &str) -> Option<Quality> {
        let is = |other: &String| other == word;
        let starts = |other: &String| other.starts_with(word);
        [
            (Quality::FullName, self.full == word),
            (Quality::Name, self.name.iter().any(is)),
            (Quality::Synonym, self.synonyms.iter().any(is)),
            (Quality::NameStart, self.name.iter().any(starts)),
            (Quality::SynonymStart, self.synonyms.iter().any(starts)),
            (Quality::About, self.about.iter().any(is)),
            (Quality::AboutStart, self.about.iter().any(starts)),
            (
                Quality::Part,
                !self.risky
                    && word.chars().count() >= PART
                    && self.name.iter().any(|name| name.contains(word)),
            ),
        ]
        .into_iter()
        .find_map(|(quality, fits)| fits.then_some(quality))
    }

    /// True if every letter begins a word of the name or follows the letter before it there: `pc`
    /// and `purco` for `purge-compose`.
    fn has_letters(&self, letters: &str) -> bool {
        let letters: Vec<char> = letters.chars().filter(|it| it.is_alphanumeric()).collect();
        letters.len() > 1 && !self.risky && has_letters(&self.full, &letters)
    }
}

/// Goes through the letters once and keeps every place in the name where one of them may be: of a
/// name of many like words there are more ways than can be tried.
fn has_letters(name: &str, letters: &[char]) -> bool {
    let name: Vec<char> = name.chars().collect();
    let begins = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| name.get(before));
        before.is_none_or(|before| !before.is_alphanumeric())
    };
    // For each place, whether the letters so far may end there.
    let mut ends: Option<Vec<bool>> = None;
    for letter in letters {
        let mut is_behind = ends.is_none();
        let mut follows = false;
        let mut next = Vec::with_capacity(name.len());
        for (at, here) in name.iter().enumerate() {
            next.push(here == letter && (follows || (is_behind && begins(at))));
            follows = ends.as_ref().is_some_and(|ends| ends.get(at) == Some(&true));
            is_behind |= follows;
        }
        if !next.contains(&true) {
            return false;
        }
        ends = Some(next);
    }
    true
}

fn words(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns the places of the entries that every word of a text finds, the best first.
pub fn find(text: &str, entries: &[Keywords]) -> Vec<usize> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let weak = words.iter().any(|word| word.chars().count() < STRONG);
    let rank = |entry: &Keywords| {
        let qualities = words.iter().map(|word| entry.quality(word));
        let qualities: Vec<Quality> = qualities.collect::<Option<_>>()?;
        let worst = qualities.iter().map(|quality| quality.tier()).max().unwrap_or(Tier::Part);
        let unsure = match worst {
            Tier::FullName | Tier::Word => false,
            Tier::Start => weak,
            Tier::About | Tier::Part => true,
        };
        Some((entry.risky && unsure, worst, entry.class, qualities))
    };
    let mut found: Vec<_> =
        entries.iter().enumerate().filter_map(|(at, entry)| Some((rank(entry)?, at))).collect();
    // What is risky comes first by no weak match, also where it is the only one.
    if found.iter().all(|((held_back, ..), _)| *held_back) {
        found.clear();
    }
    if found.is_empty() {
        let letters = |entry: &Keywords| entry.has_letters(&text);
        let by_letters = entries.iter().enumerate().filter(|(_, entry)| letters(entry));
        return by_letters.map(|(at, _)| at).collect();
    }
    found.sort_unstable();
    found.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Keywords> {
        vec![
            Keywords::new("purge-compose", "new", "Compose a purge"),
            Keywords::new("suspend", "shell", "Suspend (fg in the shell resumes)").risky(true),
            Keywords::new("save-view", "keep", "Save the panes as a view"),
            Keywords::new("www.site.com", "", "host").class(1),
        ]
    }

    #[test]
    fn a_word_of_the_name_comes_before_its_beginning_and_that_before_a_sentence() {
        let entries = [
            Keywords::new("one", "", "shows the view"),
            Keywords::new("viewer", "", ""),
            Keywords::new("save-view", "", ""),
            Keywords::new("other", "view", ""),
        ];
        assert_eq!(find("view", &entries), [2, 3, 1, 0]);
    }

    #[test]
    fn every_word_must_fit() {
        assert_eq!(find("view keep", &entries()), [2]);
        assert_eq!(find("view nowhere", &entries()), [0; 0]);
    }

    #[test]
    fn what_is_risky_is_never_a_guess() {
        assert_eq!(find("s", &entries()), [2, 3, 1]);
        assert_eq!(find("susp", &entries()), [1]);
        assert_eq!(find("uspen", &entries()), [0; 0]);
        assert_eq!(find("resumes", &entries()), [0; 0]);
    }

    #[test]
    fn letters_count_where_no_word_fits_and_only_at_the_beginnings_of_words() {
        assert_eq!(find("purco", &entries()), [0]);
        assert_eq!(find("sv", &entries()), [2]);
        assert_eq!(find("ugeo", &entries()), [0; 0]);
    }

    #[test]
    fn letters_of_a_host_of_many_like_labels_take_no_time_to_be_missed() {
        let entries = [Keywords::new(&"a.".repeat(120), "", "")];
        assert_eq!(find(&format!("{}b", "a".repeat(60)), &entries), [0; 0]);
        assert_eq!(find(&"a".repeat(60), &entries), [0]);
        assert_eq!(find(&"a".repeat(121), &entries), [0; 0]);
    }

    #[test]
    fn the_middle_of_a_host_finds_it() {
        assert_eq!(find("site", &entries()), [3]);
        assert_eq!(find("ite.c", &entries()), [3]);
        assert_eq!(find("www.site", &entries()), [3]);
    }
}
