//! The shapes of values that a field can have. Each shape says how values are read, resolved,
//! compared, printed and offered, so that a field's row only names its shape.

/// Texts in which `*` stands for anything; upper and lower case are alike.
pub(super) mod text {
    use std::borrow::Cow;

    use crate::domain::filter::error::FilterError;
    use crate::domain::filter::pattern::Pattern;
    use crate::domain::filter::value::{Offer, Printed, RawValue, Word};

    pub(in crate::domain::filter) const GLOBS: bool = true;
    /// As written.
    pub(in crate::domain::filter) type Written = Vec<Word>;
    /// As compared.
    pub(in crate::domain::filter) type Tested = Vec<Pattern>;

    #[expect(clippy::unnecessary_wraps, reason = "every shape reads alike")]
    pub(in crate::domain::filter) fn read(raw: &[RawValue<'_>]) -> Result<Written, FilterError> {
        let word = |value: &RawValue<'_>| Word {
            text: value.text.clone().into_owned(),
            glob: !value.quoted && value.text.contains('*'),
        };
        Ok(raw.iter().map(word).collect())
    }

    pub(in crate::domain::filter) fn resolve(words: &[Word]) -> Tested {
        let pattern = |word: &Word| {
            let text = word.text.to_ascii_lowercase();
            if word.glob { Pattern::Glob(text) } else { Pattern::Is(text) }
        };
        words.iter().map(pattern).collect()
    }

    /// A purge may have several texts for a field, or none: one that fits is enough.
    pub(in crate::domain::filter) fn holds<'p>(
        patterns: &[Pattern],
        texts: impl IntoIterator<Item = &'p str>,
    ) -> bool {
        texts.into_iter().any(|text| patterns.iter().any(|pattern| pattern.matches(text)))
    }

    pub(in crate::domain::filter) fn printed(words: &[Word]) -> Vec<Printed<'_>> {
        words.iter().map(|word| Printed::Word(Cow::Borrowed(word))).collect()
    }

    pub(in crate::domain::filter) fn offers<'a>(
        names: &'a [String],
        field: &'static str,
    ) -> Vec<Offer<'a>> {
        let offer = |name: &'a String| Offer {
            value: Printed::Word(Cow::Owned(Word::exactly(name.as_str()))),
            about: Cow::Borrowed(field),
        };
        names.iter().map(offer).collect()
    }
}

/// Targets: texts in which the scheme of a URL does not count, since some vendors' records write it
/// in their own way.
pub(super) mod target {
    pub(in crate::domain::filter) use super::text::{GLOBS, Tested, Written, holds, printed, read};
    use crate::domain::filter::pattern::Pattern;
    use crate::domain::filter::value::Word;
    use crate::domain::target::after_scheme;

    pub(in crate::domain::filter) fn resolve(words: &[Word]) -> Tested {
        let each = |word: &Word| -> Vec<Pattern> {
            match after_scheme(&word.text) {
                None => super::text::resolve(std::slice::from_ref(word)),
                Some(rest) => {
                    let with = |scheme| Word { text: format!("{scheme}{rest}"), ..word.clone() };
                    super::text::resolve(&["https://", "http://"].map(with))
                }
            }
        };
        words.iter().flat_map(each).collect()
    }
}

/// Texts that are compared letter by letter.
pub(super) mod exact {
    pub(in crate::domain::filter) use super::text::{Written, printed};
    use crate::domain::filter::error::FilterError;
    use crate::domain::filter::value::{RawValue, Word};

    pub(in crate::domain::filter) const GLOBS: bool = false;
    /// As compared.
    pub(in crate::domain::filter) type Tested = Vec<String>;

    #[expect(clippy::unnecessary_wraps, reason = "every shape reads alike")]
    pub(in crate::domain::filter) fn read(raw: &[RawValue<'_>]) -> Result<Written, FilterError> {
        Ok(raw.iter().map(|value| Word::exactly(value.text.clone())).collect())
    }

    pub(in crate::domain::filter) fn resolve(words: &[Word]) -> Tested {
        words.iter().map(|word| word.text.clone()).collect()
    }

    pub(in crate::domain::filter) fn holds<'p>(
        wanted: &[String],
        texts: impl IntoIterator<Item = &'p str>,
    ) -> bool {
        texts.into_iter().any(|text| wanted.iter().any(|one| one == text))
    }
}

/// Some of a few values, each with its words.
pub(super) mod one_of {
    use crate::domain::filter::choice::Choice;
    use crate::domain::filter::error::{FilterError, wrong_word};
    use crate::domain::filter::value::{Offer, Printed, RawValue};

    pub(in crate::domain::filter) const GLOBS: bool = false;
    /// As written.
    pub(in crate::domain::filter) type Written<T> = Vec<T>;
    /// As compared.
    pub(in crate::domain::filter) type Tested<T> = Vec<T>;

    pub(in crate::domain::filter) fn read<T: Choice>(
        raw: &[RawValue<'_>],
    ) -> Result<Written<T>, FilterError> {
        let mut all = Vec::new();
        for value in raw {
            let Some(some) = T::named(&value.text) else {
                let words = format!("no {} is called", T::NOUN);
                return Err(wrong_word(value, &words, T::nearest(&value.text)));
            };
            for choice in some {
                if !all.contains(choice) {
                    all.push(*choice);
                }
            }
        }
        Ok(all)
    }

    pub(in crate::domain::filter) fn resolve<T: Choice>(choices: &[T]) -> Tested<T> {
        choices.to_vec()
    }

    pub(in crate::domain::filter) fn holds<T: Choice>(
        wanted: &[T],
        values: impl IntoIterator<Item = T>,
    ) -> bool {
        values.into_iter().any(|value| wanted.contains(&value))
    }

    pub(in crate::domain::filter) fn printed<T: Choice>(choices: &[T]) -> Vec<Printed<'static>> {
        choices.iter().map(|choice| Printed::Plain(choice.word().into())).collect()
    }

    pub(in crate::domain::filter) fn offers<T: Choice>(all: &[T]) -> Vec<Offer<'static>> {
        all.iter().map(|choice| Offer::plain(choice.word(), choice.about())).collect()
    }
}
