//! The shipped code under `src/`, parsed: files, modules, and every path that one names of another.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, UseTree};

/// One file that ships, without anything that only tests see.
pub(crate) struct Source {
    /// Its path below `src/`, with forward slashes.
    pub(crate) path: String,
    /// Its module: `panes/history/rows.rs` is `["panes", "history", "rows"]`, `lib.rs` is empty.
    pub(crate) module: Vec<String>,
    /// Its text, with the parts that only tests see.
    pub(crate) text: String,
    /// The lines that only tests see, counted from 0.
    for_tests: Vec<Range<usize>>,
    /// Its items, without those that only tests see.
    pub(crate) items: syn::File,
}

impl Source {
    /// Returns the lines of code with their numbers: no comments, nothing that only tests see.
    pub(crate) fn code(&self) -> Vec<(usize, String)> {
        let mut lines: Vec<&str> = self.text.lines().collect();
        for item in &self.for_tests {
            lines[item.clone()].fill("");
        }
        let is_code = |line: &str| !line.is_empty() && !line.trim_start().starts_with("//");
        lines
            .into_iter()
            .enumerate()
            .filter(|(_, line)| is_code(line))
            .map(|(at, line)| (at + 1, line.to_owned()))
            .collect()
    }

    /// Returns the room: the first part of the module.
    pub(crate) fn room(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }
}

/// Reads and parses every file under `src/` that ships, but `main.rs`.
pub(crate) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    let mut sources: Vec<Source> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            let text = std::fs::read_to_string(path).unwrap();
            let items = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let module = module_of(&name);
            Source { module, path: name, text, for_tests: Vec::new(), items }
        })
        .filter(|source| source.path != "main.rs")
        .collect();
    let mut only_tests = BTreeSet::new();
    for source in &mut sources {
        for item in &source.items.items {
            if let Item::Mod(module) = item
                && is_for_tests(&module.attrs)
            {
                let mut path = source.module.clone();
                path.push(module.ident.to_string());
                only_tests.insert(path);
            }
        }
        let (for_tests, items): (Vec<Item>, Vec<Item>) = std::mem::take(&mut source.items.items)
            .into_iter()
            .partition(|item| is_for_tests(attributes(item)));
        source.items.items = items;
        let lines = |item: Item| item.span().start().line - 1..item.span().end().line;
        source.for_tests = for_tests.into_iter().map(lines).collect();
    }
    sources.retain(|source| !only_tests.iter().any(|module| source.module.starts_with(module)));
    sources
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn module_of(path: &str) -> Vec<String> {
    let stem = path.strip_suffix(".rs").unwrap();
    if stem == "lib" { Vec::new() } else { stem.split('/').map(str::to_owned).collect() }
}

/// Returns whether an attribute says `cfg(test)`.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.to_token_stream().to_string().contains("test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

/// Every import between files: from the importing file to the file that holds the named module,
/// with one path as the reason. A `mod` line imports nothing.
pub(crate) fn imports(sources: &[Source]) -> BTreeMap<(String, String), String> {
    let files: BTreeMap<&[String], &str> =
        sources.iter().map(|source| (source.module.as_slice(), source.path.as_str())).collect();
    let mut found = BTreeMap::new();
    for source in sources {
        let mut named = Paths { module: source.module.clone(), files: &files, found: Vec::new() };
        named.visit_file(&source.items);
        for path in named.found {
            let longest = (0..=path.len()).rev().find_map(|end| files.get(&path[..end]));
            if let Some(&other) = longest
                && other != source.path
                && other != "lib.rs"
            {
                found
                    .entry((source.path.clone(), other.to_owned()))
                    .or_insert_with(|| path.join("::"));
            }
        }
    }
    found
}

/// Collects the absolute paths of our own that a file names.
struct Paths<'a> {
    /// The module that is being visited.
    module: Vec<String>,
    files: &'a BTreeMap<&'a [String], &'a str>,
    found: Vec<Vec<String>>,
}

impl Paths<'_> {
    /// Notes a path if it is one of our own.
    fn name(&mut self, path: &[String]) {
        let Some(first) = path.first() else { return };
        let mut absolute = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.module.clone(),
            "super" => parent(&self.module),
            child => {
                let mut module = self.module.clone();
                module.push(child.to_owned());
                if path.len() == 1 || !self.files.contains_key(module.as_slice()) {
                    return;
                }
                module
            }
        };
        for part in &path[1..] {
            if part == "super" {
                absolute.pop();
            } else {
                absolute.push(part.clone());
            }
        }
        self.found.push(absolute);
    }

    fn name_tree(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.name_tree(&path.tree, before);
                before.pop();
            }
            UseTree::Name(name) => {
                let mut path = before.clone();
                if name.ident != "self" {
                    path.push(name.ident.to_string());
                }
                self.name(&path);
            }
            UseTree::Rename(rename) => {
                let mut path = before.clone();
                path.push(rename.ident.to_string());
                self.name(&path);
            }
            UseTree::Glob(_) => self.name(before),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.name_tree(tree, before);
                }
            }
        }
    }

    /// Notes the paths in what a macro is given, which is no syntax tree.
    fn name_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.name(&std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                }
                TokenTree::Group(group) => {
                    self.name(&std::mem::take(&mut path));
                    colons = 0;
                    self.name_tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.name(&std::mem::take(&mut path));
                    colons = 0;
                }
            }
        }
        self.name(&path);
    }
}

fn parent(module: &[String]) -> Vec<String> {
    module[..module.len().saturating_sub(1)].to_vec()
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if is_for_tests(&module.attrs) {
            return;
        }
        self.module.push(module.ident.to_string());
        syn::visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.name_tree(&item.tree, &mut Vec::new());
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.name(&parts);
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.name_tokens(call.tokens.clone());
        syn::visit::visit_macro(self, call);
    }
}
