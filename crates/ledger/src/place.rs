//! Place names as people write them.
