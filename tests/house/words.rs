//! The language of the code: names of types, first lines of doc comments, widths of lines.

use std::collections::{BTreeMap, BTreeSet};

use purgedeck::config::vendors::names;
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{Attribute, Expr, Ident, Lit, Meta, Visibility};

use crate::source::{Source, is_for_tests, sources};

/// Words that a doc comment does not open with.
const NO_OPENERS: &[&str] = &[
    "what", "whatever", "whether", "how", "where", "which", "who", "whose", "whom", "whither",
    "those",
];

/// At most this share of the doc comments may open with one of [`NO_OPENERS`], in per cent.
const MOST_OPENERS: usize = 5;

/// The widest line of code and comment, in characters.
const WIDEST: usize = 100;

/// Names that every subcommand has one of.
const OF_EACH_SUBCOMMAND: &[&str] = &["Options", "Command"];

/// Everything that is not private to its module, and every doc comment.
#[derive(Default)]
struct Words {
    types: Vec<String>,
    /// The first line of every doc comment.
    docs: Vec<String>,
    /// The number of the last line of doc comment.
    last_doc: usize,
}

impl Words {
    fn declared(&mut self, visibility: &Visibility, name: &Ident) {
        if !matches!(visibility, Visibility::Inherited) {
            self.types.push(name.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Words {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.declared(&item.vis, &item.ident);
        syn::visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.declared(&item.vis, &item.ident);
        syn::visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.declared(&item.vis, &item.ident);
        syn::visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.declared(&item.vis, &item.ident);
        syn::visit::visit_item_type(self, item);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Meta::NameValue(value) = &attribute.meta else { return };
        if !value.path.is_ident("doc") {
            return;
        }
        if let Expr::Lit(literal) = &value.value
            && let Lit::Str(text) = &literal.lit
        {
            let line = attribute.span().start().line;
            if line != self.last_doc + 1 {
                self.docs.push(text.value().trim().to_owned());
            }
            self.last_doc = line;
        }
    }
}

fn words_of(source: &Source) -> Words {
    let mut words = Words::default();
    words.visit_file(&source.items);
    words
}

/// Returns whether a file is a vendor's own: there its wire types have the vendor's names.
fn is_of_a_vendor(source: &Source) -> bool {
    ["providers", "simulator"].contains(&source.room())
        && source.module.get(1).is_some_and(|folder| names().any(|vendor| vendor == folder))
}

#[test]
fn no_two_public_types_have_one_name() {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        for name in words_of(&source).types {
            let of_a_subcommand =
                source.room() == "cli" && OF_EACH_SUBCOMMAND.contains(&name.as_str());
            if !of_a_subcommand && !is_of_a_vendor(&source) {
                places.entry(name).or_default().insert(source.path.clone());
            }
        }
    }
    places.retain(|_, files| files.len() > 1);
    assert_eq!(places, BTreeMap::new(), "one name for one thing across rooms");
}

#[test]
fn doc_comments_open_with_a_verb_or_a_noun() {
    let (mut all, mut wrong) = (0, Vec::new());
    for source in sources() {
        for doc in words_of(&source).docs {
            all += 1;
            let first = doc.split_whitespace().next().unwrap_or_default();
            let first = first.trim_matches(|it: char| !it.is_alphanumeric()).to_lowercase();
            if NO_OPENERS.contains(&first.as_str()) {
                wrong.push(format!("src/{}: {doc}", source.path));
            }
        }
    }
    assert!(
        wrong.len() * 100 <= all * MOST_OPENERS,
        "{} of {all} say what, whether, how … instead of what the thing is or does:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn lines_fit_in_a_hundred_columns() {
    // In tests, a string is as long as it is: such lines are left to the eye.
    let is_wide = |line: &str| line.chars().count() > WIDEST;
    let mut wide = BTreeSet::new();
    for source in sources() {
        let lines = source.text.lines().enumerate().map(|(at, line)| (at + 1, line.to_owned()));
        let lines = lines.filter(|(_, line)| !line.contains('"')).chain(source.code());
        let lines = lines.filter(|(_, line)| is_wide(line));
        wide.extend(lines.map(|(at, line)| format!("src/{}:{at}: {line}", source.path)));
    }
    let wide: Vec<String> = wide.into_iter().collect();
    assert!(wide.is_empty(), "{} lines are too wide:\n{}", wide.len(), wide.join("\n"));
}
