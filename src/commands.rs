//! Everything that an operator can ask for by name: one table, from which keys, footer, help and palette are made.
