//! A set of byte values.

pub(crate) use unkeyed_prefilter::ByteSet;
