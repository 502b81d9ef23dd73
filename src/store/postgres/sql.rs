//! A statement in the making: its text is ours, every value is a parameter.

use tokio_postgres::types::ToSql;

/// A statement with the values of its parameters.
#[derive(Default)]
pub(super) struct SqlText {
    text: String,
    values: Vec<Box<dyn ToSql + Sync>>,
}

impl SqlText {
    /// Adds to the text.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Takes a value and returns what stands for it in the text.
    pub(super) fn bind(&mut self, value: impl ToSql + Sync + 'static) -> String {
        self.values.push(Box::new(value));
        format!("${}", self.values.len())
    }

    /// Returns the text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the values.
    pub(super) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.values.iter().map(|value| &**value).collect()
    }
}
