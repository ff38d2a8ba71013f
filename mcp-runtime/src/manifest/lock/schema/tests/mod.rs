//! Schema compatibility: a table of cases, and properties over generated schemas.

mod cases;
mod hostile;
mod instances;
mod properties;
mod random;
mod table;
