//! The protocol, in process: a client at the other end of a pipe, and a server on a disk in memory.

mod client;
mod conversation;
mod editing;
mod order;
mod patches;
mod pictures;
mod projects;
mod random;
mod soak;
mod trouble;
