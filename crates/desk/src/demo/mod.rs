//! The demo county: real regions, invented people.
