//! The host and the method of a string's request, by what stands beside it in the document.

use std::collections::HashMap;

use super::super::form::{names_other, names_targets};
use super::super::host::{Told, parted};
use super::super::logged::{is_other_method, names_method};
use super::{Found, Leaf};

/// The facts of all objects.
pub(super) struct Beside<'a> {
    objects: Vec<Facts<'a>>,
    /// The full URLs of an object by their paths: each with its key.
    urls: HashMap<(usize, &'a str), (&'a str, &'a str)>,
}

/// The facts that an object tells.
#[derive(Clone, Default)]
struct Facts<'a> {
    /// The host of its own strings.
    own: Told<'a>,
    /// The host of its own strings and of those beneath.
    all: Told<'a>,
    /// True if a string of its own is a method other than GET and HEAD; `None` where none is one.
    is_other_method: Option<bool>,
    /// The same, of those beneath: true if none of them is GET or HEAD.
    are_other_methods: Option<bool>,
}

impl<'a> Beside<'a> {
    /// Collects what the strings of a document tell.
    pub(super) fn of(found: &'a [Found<'_>]) -> Self {
        let objects = found.iter().flat_map(|it| it.leaf.objects.iter());
        let count = objects.max().map_or(0, |most| most + 1);
        let mut beside = Self { objects: vec![Facts::default(); count], urls: HashMap::new() };
        for Found { leaf, .. } in found {
            let (Some(&object), Some(key)) = (leaf.objects.last(), leaf.key()) else { continue };
            beside.add(object, key, leaf);
        }
        beside
    }

    fn add(&mut self, object: usize, key: &'a str, leaf: &'a Leaf<'_>) {
        let value = leaf.text.as_ref();
        if let Some((host, path)) = parted(value).filter(|_| !names_other(key)) {
            self.urls.insert((object, path), (key, host));
        }
        let method = names_method(key).then(|| is_other_method(value)).flatten();
        let mut told = Told::default();
        told.add(key, value);
        for around in leaf.objects.iter() {
            let Some(facts) = self.objects.get_mut(*around) else { continue };
            if *around == object {
                facts.is_other_method = method.or(facts.is_other_method);
                if !names_targets(key) {
                    facts.own.add(key, value);
                }
            }
            facts.all.add_named(told);
            if let Some(is_other) = method {
                let known = facts.are_other_methods.get_or_insert(is_other);
                *known &= is_other;
            }
        }
    }

    /// The host of a string's request: of the full URL beside it, of its object, or else of the
    /// nearest object around it.
    pub(super) fn told(&self, leaf: &Leaf<'_>) -> Told<'a> {
        let own = leaf.objects.last().copied().unwrap_or_default();
        let url = self.urls.get(&(own, leaf.text.as_ref()));
        if let Some((_, host)) = url.filter(|(key, _)| Some(*key) != leaf.key()) {
            let mut told = Told::default();
            told.add_site(host);
            return told;
        }
        let facts = |object: &usize| self.objects.get(*object);
        let around = leaf.objects.iter().rev().filter_map(facts);
        let told = around.flat_map(|facts| [facts.own, facts.all]).enumerate();
        // Of the objects around it, a string that is a host by its form alone tells nothing.
        let named = told.map(|(number, told)| {
            if number == 0 {
                return told;
            }
            let mut named = Told::default();
            named.add_named(told);
            named
        });
        let mut named = named.filter(|told| !told.is_empty());
        named.next().unwrap_or_default()
    }

    /// The host of a string's request, where one is told.
    pub(super) fn host(&self, leaf: &Leaf<'_>) -> Option<&'a str> {
        self.told(leaf).host()
    }

    /// Returns true if different hosts are told.
    pub(super) fn is_torn(&self, leaf: &Leaf<'_>) -> bool {
        self.told(leaf).is_torn
    }

    /// Returns true if a string was asked for by another method than GET or HEAD.
    pub(super) fn is_other_method(&self, leaf: &Leaf<'_>) -> bool {
        let around = leaf.objects.iter().rev().filter_map(|object| self.objects.get(*object));
        let mut told = around.filter_map(|it| it.is_other_method.or(it.are_other_methods));
        told.next().unwrap_or_default()
    }
}
