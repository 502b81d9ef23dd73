//! The filter language: a text is a filter that prints back to itself, or an error that points into
//! it; completions replace a part of it.

use chrono::{DateTime, Utc};
use purgedeck::domain::filter::{Filter, Vocabulary, complete};
use purgedeck::domain::zone::Zone;

/// Texts of more bytes are left out.
const MOST: usize = 4 << 10;

/// Holds a text to the properties.
pub(crate) fn hold(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if text.len() > MOST {
        return;
    }
    match Filter::parse(text) {
        Ok(filter) => {
            let printed = filter.to_string();
            let again = Filter::parse(&printed);
            assert_eq!(again.as_ref().map(ToString::to_string).as_ref(), Ok(&printed), "{text:?}");
            for now in [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC] {
                let _ = filter.resolve(now, Zone::Utc);
                let _ = filter.resolve(now, Zone::Local);
            }
        }
        Err(error) => {
            assert!(text.get(error.at.clone()).is_some(), "{error:?} points into {text:?}");
            assert!(!error.to_string().is_empty());
        }
    }
    let known = Vocabulary {
        cnames: vec!["www.site.com".to_owned(), "odd \"name\"".to_owned()],
        accounts: vec!["gcore-prod".to_owned()],
        providers: vec!["gcore".to_owned()],
        closed: true,
    };
    let _ = Filter::parse_known(text, &known);
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    for cursor in ends.take(64) {
        for completion in complete(text, cursor, &known) {
            let replaced = text.get(completion.range.clone());
            assert!(replaced.is_some(), "{completion:?} replaces a part of {text:?}");
        }
    }
}
