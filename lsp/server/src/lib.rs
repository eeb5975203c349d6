//! The language server: editors over the language server protocol.
//!
//! Messages are read and written by tasks of an async runtime, which do nothing else. What they say goes, in the order in
//! which it came, through one queue to the *main loop*, a thread that owns the projects and the open documents. It takes
//! changes over itself, and hands requests to *workers* with a snapshot each; a change ends the work over the snapshots
//! before it. What editors can know is the business of `ci-ide`; here it is put into the words of the protocol.
//!
//! Must not know: the language.

mod abilities;
mod backend;
mod commands;
mod convert;
mod document;
mod features;
mod findings;
mod job;
mod main_loop;
mod outgoing;
mod paths;
mod pool;
mod project;
mod settings;
mod sieve;
mod system;
mod view;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use camino::Utf8PathBuf;
use ci_project::System;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp_server::{LspService, Server};

use crate::backend::Backend;

/// How many requests may wait for an answer at the same time. More than an editor sends, so that one that waits for
/// something never keeps another from being read.
const CONCURRENCY: usize = 256;

/// How much may have been read before it is understood, in bytes.
const PIPE_BYTES: usize = 1 << 16;

/// What a server stands on.
#[derive(Clone)]
pub struct Options {
    /// The disk.
    pub system: Arc<dyn System>,
    /// Where the standard library is written for editors to show it; without a place nobody can go to it.
    pub library: Option<Utf8PathBuf>,
}

/// Serves one editor over standard input and output, until it goes.
pub fn run(options: Options) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), options));
    // A read of standard input cannot be ended; nobody waits for it any more.
    runtime.shutdown_background();
    Ok(())
}

/// Serves one editor over a pair of streams, until it goes.
pub async fn serve(input: impl AsyncRead + Unpin, output: impl AsyncWrite, options: Options) {
    let service = LspService::build(|client| Backend::new(client, options))
        .custom_method("cleaninfra/showTemplate", Backend::show_template)
        .custom_method("cleaninfra/accessReport", Backend::access_report)
        .custom_method("cleaninfra/runTest", Backend::run_test)
        .custom_method("cleaninfra/pasteAsCi", Backend::paste)
        .custom_method("cleaninfra/diagram", Backend::diagram);
    #[cfg(test)]
    let service = service.custom_method("test/crash", Backend::crash);
    let (service, socket) = service.finish();
    let (messages, sifted) = tokio::io::duplex(PIPE_BYTES);
    let reading = async {
        sieve::sift(input, messages).await;
        // Whoever waits for the end of the input has been told; what was asked may still be answered.
        std::future::pending::<()>().await;
    };
    let serving = Server::new(sifted, output, socket).concurrency_level(CONCURRENCY).serve(service);
    tokio::select! {
        () = serving => {}
        () = reading => {}
    }
}
