//! Schemas of what travels as text.

use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

/// A type that travels as a string.
macro_rules! as_string {
    ($name:ty, $what:literal, $pattern:literal) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::Type(Type::String))
                    .description(Some($what))
                    .pattern(Some($pattern))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}

as_string!(
    crate::RegionCode,
    "Region code of 2, 4, 6, 9 or 12 digits.",
    "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$"
);
as_string!(
    crate::access::Role,
    "worker, supervisor, reviewer, cashier, auditor, admin; others are kept.",
    "^.+$"
);
