//! The features of `ci-ide` in the words of the protocol: each function takes a view and the parameters of a request.

pub(crate) mod code;
pub(crate) mod complete;
pub(crate) mod edits;
pub(crate) mod hierarchy;
pub(crate) mod navigate;
pub(crate) mod outline;
pub(crate) mod tokens;
