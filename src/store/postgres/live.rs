//! A connection that is open, with its prepared statements.

use std::collections::HashMap;

use futures_executor::block_on;
use futures_util::future::join;
use tokio_postgres::types::ToSql;
use tokio_postgres::{CancelToken, Client, Row, Statement};

use crate::store::failure::StoreFailure;

/// Most prepared statements of a connection.
const STATEMENTS: usize = 128;

/// Parameters of a statement.
pub(super) type Parameters<'p> = &'p [&'p (dyn ToSql + Sync)];

/// A connection that is open.
pub(super) struct Live {
    client: Client,
    statements: HashMap<String, Statement>,
    /// Number of rows that were written over it.
    pub(super) written: u64,
}

impl Live {
    /// Wraps a client.
    pub(super) fn new(client: Client) -> Self {
        Self { client, statements: HashMap::new(), written: 0 }
    }

    /// True if the connection has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Returns what cancels the running statement.
    pub(super) fn cancel_token(&self) -> CancelToken {
        self.client.cancel_token()
    }

    /// Runs statements without parameters.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), StoreFailure> {
        Ok(block_on(self.client.batch_execute(sql))?)
    }

    /// Runs statements without parameters, then a query, in one round trip.
    pub(super) fn batch_and_query(
        &mut self,
        sql: &str,
        query: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, StoreFailure> {
        let statement = self.prepare(query)?;
        let batch = self.client.batch_execute(sql);
        let (begun, rows) = block_on(join(batch, self.client.query(&statement, parameters)));
        begun?;
        Ok(rows?)
    }

    /// Returns the rows of a query.
    pub(super) fn query(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, StoreFailure> {
        let statement = self.prepare(sql)?;
        Ok(block_on(self.client.query(&statement, parameters))?)
    }

    /// Returns the first row of a query that has at least one.
    pub(super) fn row(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Row, StoreFailure> {
        self.optional_row(sql, parameters)?.ok_or(StoreFailure::Corrupt)
    }

    /// Returns the first row of a query, if it has any.
    pub(super) fn optional_row(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Option<Row>, StoreFailure> {
        Ok(self.query(sql, parameters)?.into_iter().next())
    }

    /// Runs a statement that writes; returns the number of rows that it wrote.
    pub(super) fn execute(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<u64, StoreFailure> {
        let statement = self.prepare(sql)?;
        let written = block_on(self.client.execute(&statement, parameters))?;
        self.written += written;
        Ok(written)
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, StoreFailure> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        let statement = block_on(self.client.prepare(sql))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}
