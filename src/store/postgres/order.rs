//! The orders of rows as SQL, and places in them as conditions.

use super::sql::SqlText;
use super::text;
use crate::domain::column::Column;
use crate::domain::query::Sort;
use crate::domain::sort::{RowPlace, SortValue};
use crate::store::codes;
use crate::store::times::Direction;

/// An order: what it goes by, the first first.
pub(super) struct SqlOrder {
    terms: Vec<Term>,
    /// The tables that they need beside that of purges `p`.
    pub(super) join: &'static str,
    value: Value,
}

struct Term {
    expression: String,
    direction: Direction,
}

/// The type of a column's value.
#[derive(Clone, Copy)]
enum Value {
    /// None: the order is that of the keys.
    None,
    Rank,
    Text,
}

/// A part of an order, seen from a place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// All before it.
    Before,
    /// All after it.
    After,
}

/// The rank of a value that is no number.
const NO_RANK: i64 = i64::MAX;

impl SqlOrder {
    pub(super) fn of(sort: Sort) -> Self {
        let key = |direction| Term { expression: "p.key".to_owned(), direction };
        if let Some(direction) = Direction::of(sort) {
            return Self { terms: vec![key(direction)], join: "", value: Value::None };
        }
        let word = |text: &str| (Value::Text, format!("coalesce({text}, '')"));
        let account = "JOIN account ON account.id = p.account";
        let (join, (value, expression)) = match sort.column {
            Column::Time => ("", (Value::None, "0".to_owned())),
            Column::Account => (account, word("account.name")),
            Column::Provider => (account, word("account.provider")),
            Column::Cname => ("LEFT JOIN word ON word.id = p.cname", word("word.text")),
            Column::By => ("LEFT JOIN word ON word.id = p.author", word("word.text")),
            Column::Id => ("", word("p.id")),
            Column::Kind => ("", (Value::Rank, kind_ranks())),
            Column::Status => ("", (Value::Rank, status_ranks())),
            Column::Targets => ("", (Value::Rank, format!("{} - p.targets::bigint", u32::MAX))),
        };
        let direction = if sort.reversed { Direction::Descending } else { Direction::Ascending };
        let unknown = match value {
            Value::None => "false".to_owned(),
            Value::Rank => format!("(({expression}) = {NO_RANK})"),
            Value::Text => format!("({expression} = '')"),
        };
        let mut terms = vec![Term { expression: unknown, direction: Direction::Ascending }];
        match value {
            Value::None => {}
            Value::Rank => terms.push(Term { expression, direction }),
            Value::Text => {
                terms.push(Term { expression: format!("lower({expression})"), direction });
                terms.push(Term { expression, direction });
            }
        }
        terms.push(key(Direction::Descending));
        Self { terms, join, value }
    }

    /// Returns it as it stands behind `ORDER BY`, or the reverse of it.
    pub(super) fn sql(&self, side: Side) -> String {
        let terms = self.terms.iter().map(|term| {
            let direction = match side {
                Side::After => term.direction,
                Side::Before => term.direction.reversed(),
            };
            format!("{} {}", term.expression, direction.sql())
        });
        terms.collect::<Vec<_>>().join(", ")
    }

    /// Returns the condition that a purge stands on a side of a place, or on it where that is
    /// included.
    pub(super) fn condition(
        &self,
        place: &RowPlace<'_>,
        side: Side,
        includes_place: bool,
        sql: &mut SqlText,
    ) -> String {
        let mut condition = if includes_place { "true" } else { "false" }.to_owned();
        for (term, value) in self.terms.iter().zip(self.values(place, sql)).rev() {
            let expression = &term.expression;
            let compare = match (term.direction, side) {
                (Direction::Ascending, Side::After) | (Direction::Descending, Side::Before) => ">",
                (Direction::Ascending, Side::Before) | (Direction::Descending, Side::After) => "<",
            };
            // What bounds the first term alone is what an index can begin with.
            condition = format!(
                "({expression} {compare}= {value} AND ({expression} {compare} {value}
                 OR {condition}))"
            );
        }
        condition
    }

    /// Returns the values of the terms at a place.
    fn values(&self, place: &RowPlace<'_>, sql: &mut SqlText) -> Vec<String> {
        let is_unknown = place.value == SortValue::Unknown;
        let mut values = Vec::new();
        match self.value {
            Value::None => {}
            Value::Rank => {
                let rank = match &place.value {
                    SortValue::Rank(rank) => i64::from(*rank),
                    SortValue::Text(_) | SortValue::Unknown => NO_RANK,
                };
                values.extend([is_unknown.to_string(), format!("{}::bigint", sql.bind(rank))]);
            }
            Value::Text => {
                let text = match &place.value {
                    SortValue::Text(text) => text::stored(text).into_owned(),
                    SortValue::Rank(_) | SortValue::Unknown => String::new(),
                };
                let lower = sql.bind(text.to_ascii_lowercase());
                values.extend([is_unknown.to_string(), lower, sql.bind(text)]);
            }
        }
        values.push(sql.bind(place.key.0));
        values
    }
}

/// Returns the ranks of the codes of kinds.
fn kind_ranks() -> String {
    let rank = |code| codes::to_kind(code).ok().map(SortValue::of_kind);
    ranks("p.kind", (0..codes::KINDS as u8).map(|code| (code, rank(code))))
}

/// Returns the ranks of the codes of statuses.
fn status_ranks() -> String {
    let rank = |code| codes::to_status(code).ok().map(SortValue::of_status);
    ranks("p.status", (0..codes::STATUSES as u8).map(|code| (code, rank(code))))
}

fn ranks(column: &str, values: impl Iterator<Item = (u8, Option<SortValue<'static>>)>) -> String {
    let mut cases = String::new();
    for (code, value) in values {
        if let Some(SortValue::Rank(rank)) = value {
            cases = format!("{cases} WHEN {code} THEN {rank}");
        }
    }
    format!("CASE {column}{cases} ELSE {NO_RANK} END")
}
