//! Requests on their way: from the handler that waits, over the main loop, to a worker and back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ci_project::{CancelHandle, unless_overtaken};
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::Uri;

use crate::view::View;

/// How often a request that changes overtake is asked again before the editor is told so.
const MOST_ATTEMPTS: u32 = 20;

/// What is asked about.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// A document.
    Document(Uri),
    /// All projects.
    Everything,
}

/// Whether an answer about a later text than that of the question is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overtaken {
    /// It is: what was asked is about a whole document.
    AskAgain,
    /// It is not: it was asked about a position.
    GiveUp,
}

/// A request, whatever it asks.
pub(crate) trait Job: Send {
    fn subject(&self) -> &Subject;

    /// Looks for the answer. False if a change came in between and it is to be asked again.
    fn attempt(&mut self, view: View) -> bool;

    /// Answers that there is nothing.
    fn refuse(&mut self, error: Error);

    /// Whether nobody waits any more.
    fn is_abandoned(&self) -> bool;
}

/// What a waiting handler and a working worker know of each other.
#[derive(Default)]
struct Shared {
    abandoned: AtomicBool,
    running: Mutex<Option<CancelHandle>>,
}

/// Held by the handler: dropped, it ends the work.
pub(crate) struct Ticket(Arc<Shared>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.abandoned.store(true, Ordering::SeqCst);
        let running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            running.cancel();
        }
    }
}

struct Question<T, F> {
    subject: Subject,
    overtaken: Overtaken,
    attempts: u32,
    work: F,
    reply: Option<oneshot::Sender<Result<T>>>,
    shared: Arc<Shared>,
}

/// What the handler waits for.
pub(crate) struct Answer<T> {
    reply: oneshot::Receiver<Result<T>>,
    _ticket: Ticket,
}

impl<T> Answer<T> {
    pub async fn wait(self) -> Result<T> {
        // Without an answer the server is about to end.
        self.reply.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// The server is about to end.
pub(crate) fn gone() -> Error {
    Error { code: ErrorCode::ServerError(-32803), message: "the server is shutting down".into(), data: None }
}

fn overtaken() -> Error {
    Error { code: ErrorCode::ContentModified, message: "the document changed".into(), data: None }
}

/// A request and what its handler waits for.
pub(crate) fn question<T, F>(subject: Subject, overtaken: Overtaken, work: F) -> (Box<dyn Job>, Answer<T>)
where
    T: Send + 'static,
    F: Fn(&View) -> Result<T> + Send + 'static,
{
    let (send, reply) = oneshot::channel();
    let shared = Arc::new(Shared::default());
    let ticket = Ticket(Arc::clone(&shared));
    let question = Question { subject, overtaken, attempts: 0, work, reply: Some(send), shared };
    (Box::new(question), Answer { reply, _ticket: ticket })
}

impl<T, F> Question<T, F> {
    fn answer(&mut self, answer: Result<T>) {
        if let Some(reply) = self.reply.take() {
            // Nobody may be waiting.
            let _ = reply.send(answer);
        }
    }
}

impl<T: Send, F: Fn(&View) -> Result<T> + Send> Job for Question<T, F> {
    fn subject(&self) -> &Subject {
        &self.subject
    }

    fn attempt(&mut self, view: View) -> bool {
        if self.is_abandoned() {
            return true;
        }
        self.attempts += 1;
        let handle = view.snapshot.cancel_handle();
        *self.shared.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
        let work = || {
            unless_overtaken(|| {
                if view.others.is_empty() {
                    view.snapshot.attach(|_| (self.work)(&view))
                } else {
                    (self.work)(&view)
                }
            })
        };
        let outcome = catch_unwind(AssertUnwindSafe(work));
        *self.shared.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // INVARIANT: the snapshot is gone before the editor has its answer, and with it may send the next change.
        drop(view);
        match outcome {
            Ok(Ok(answer)) => self.answer(answer),
            Ok(Err(_)) if self.is_abandoned() => {}
            Ok(Err(_)) if self.overtaken == Overtaken::AskAgain && self.attempts < MOST_ATTEMPTS => {
                return false;
            }
            Ok(Err(_)) => self.answer(Err(overtaken())),
            Err(_) => self.answer(Err(crashed())),
        }
        true
    }

    fn refuse(&mut self, error: Error) {
        self.answer(Err(error));
    }

    fn is_abandoned(&self) -> bool {
        self.shared.abandoned.load(Ordering::SeqCst)
    }
}

/// A mistake of the compiler, which has been told on standard error.
fn crashed() -> Error {
    Error {
        code: ErrorCode::InternalError,
        message: "this is a mistake of the language server; its log says more".into(),
        data: None,
    }
}
