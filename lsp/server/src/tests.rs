//! The protocol, in process: a client at the other end of a pipe, and a server on a disk in memory.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should say where")]

mod client;
mod conversation;
mod editing;
mod order;
mod projects;
mod trouble;
