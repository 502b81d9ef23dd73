//! The operator's confirmations within SQL: they are made and checked where rows are.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::domain::ids::JournalId;
use crate::domain::operator::{Operator, key_of};
use crate::store::failure::StoreFailure;

/// Makes an operator whom nobody knew before: they confirm only by what they do from now on.
pub(in crate::store) fn newcomer() -> Operator {
    let key = key_of([(); 2].map(|()| uuid::Uuid::new_v4().into_bytes()));
    Operator::new("this run".to_owned(), key)
}

/// Adds the SQL functions `operator()`, `confirm(id, request)` and
/// `confirmed(id, request, confirmation)`.
pub(super) fn register(
    connection: &Connection,
    operator: &Arc<Operator>,
) -> Result<(), StoreFailure> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    let name = operator.name().to_owned();
    connection.create_scalar_function("operator", 0, flags, move |_| Ok(name.clone()))?;
    let by = Arc::clone(operator);
    connection.create_scalar_function("confirm", 2, flags, move |call| {
        Ok(by.confirm(&JournalId::from(call.get::<String>(0)?), call.get_raw(1).as_str()?))
    })?;
    let by = Arc::clone(operator);
    connection.create_scalar_function("confirmed", 3, flags, move |call| {
        // A text that is none is damage, of which whoever reads the row is told.
        let text = |index| call.get_raw(index).as_str();
        let (Ok(id), Ok(request), Ok(code)) = (text(0), text(1), text(2)) else {
            return Ok(false);
        };
        Ok(by.has_confirmed(&JournalId::from(id), request, code))
    })?;
    Ok(())
}
