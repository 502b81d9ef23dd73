//! The strings of JSON, with their keys and their places in the text.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

/// A string that is a value.
#[derive(Clone, Debug)]
pub(in crate::domain::document) struct Leaf<'a> {
    /// Its text, escapes undone.
    pub(in crate::domain::document) text: Cow<'a, str>,
    /// Its bytes in the document, between the quotes.
    pub(in crate::domain::document) place: Range<usize>,
    /// The keys to it, from the outside in; arrays have none.
    pub(in crate::domain::document) keys: Rc<[Cow<'a, str>]>,
    /// The numbers of the objects that it stands in, from the outside in, in the order in which
    /// they begin.
    pub(in crate::domain::document) objects: Rc<[usize]>,
}

impl Leaf<'_> {
    /// The key that it stands under, itself or in arrays; `None` where no object is around it.
    pub(in crate::domain::document) fn key(&self) -> Option<&str> {
        self.keys.last().map(AsRef::as_ref)
    }

    /// The depth of its key among the keys.
    pub(in crate::domain::document) fn depth(&self) -> usize {
        self.keys.len().saturating_sub(1)
    }

    /// Its place, where the text there is the string itself.
    pub(in crate::domain::document) fn plain_place(&self) -> Option<Range<usize>> {
        matches!(self.text, Cow::Borrowed(_)).then(|| self.place.clone())
    }
}

/// The keys and the objects of a string.
type Position<'a> = (Rc<[Cow<'a, str>]>, Rc<[usize]>);

/// A bracket that a walk is inside of.
enum Level {
    Array,
    Object,
}

/// Lists the strings of a text that is JSON, one value or several. Of other text, what it gives is
/// of no use.
pub(in crate::domain::document) fn leaves(text: &str) -> Vec<Leaf<'_>> {
    let bytes = text.as_bytes();
    let (mut leaves, mut levels) = (Vec::new(), Vec::new());
    let (mut keys, mut objects, mut begun) = (Vec::new(), Vec::new(), 0);
    // Shared by the strings beside each other; made anew where the walk goes up or down.
    let mut shared: Option<Position<'_>> = None;
    let mut is_key = false;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' => {
                levels.push(Level::Object);
                objects.push(begun);
                begun += 1;
                (is_key, shared) = (true, None);
            }
            b'[' => {
                levels.push(Level::Array);
                is_key = false;
            }
            b'}' | b']' => {
                if let Some(Level::Object) = levels.pop() {
                    objects.pop();
                    keys.truncate(objects.len());
                    shared = None;
                }
                is_key = false;
            }
            b',' => {
                is_key = matches!(levels.last(), Some(Level::Object));
            }
            b'"' => {
                let end = end_of_string(bytes, at);
                let place = at..end;
                let inside = text.get(place.clone()).unwrap_or_default();
                let string = if inside.contains('\\') {
                    let quoted = text.get(at.saturating_sub(1)..=end).unwrap_or_default();
                    Cow::Owned(serde_json::from_str(quoted).unwrap_or_default())
                } else {
                    Cow::Borrowed(inside)
                };
                at = end + 1;
                if is_key {
                    keys.truncate(objects.len().saturating_sub(1));
                    keys.push(string);
                    (is_key, shared) = (false, None);
                } else {
                    let (keys, objects) = shared
                        .get_or_insert_with(|| (keys.as_slice().into(), objects.as_slice().into()));
                    leaves.push(Leaf {
                        text: string,
                        place,
                        keys: Rc::clone(keys),
                        objects: Rc::clone(objects),
                    });
                }
            }
            _ => {}
        }
    }
    leaves
}

/// Finds the closing quote of a string that begins at `from`.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}
