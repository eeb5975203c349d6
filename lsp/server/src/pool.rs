//! Threads that work, with stacks for the deepest program there is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

type Work = Box<dyn FnOnce() + Send>;

/// How deep the stack of a worker may grow: nesting is capped, so this holds the deepest program there is.
const STACK_BYTES: usize = 16 << 20;

/// Threads that take work in the order in which it comes. They end when the pool is dropped.
pub(crate) struct Pool {
    work: Sender<Work>,
}

impl Pool {
    pub fn new() -> Self {
        let (work, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        // Two more than cores: one that waits for a lock of a query keeps no other from working.
        let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8) + 2;
        for number in 0..threads {
            let queue = Arc::clone(&queue);
            let thread = std::thread::Builder::new().name(format!("worker-{number}")).stack_size(STACK_BYTES);
            if let Err(error) = thread.spawn(move || serve(&queue)) {
                crate::outgoing::log(&format!("cannot start a thread: {error}"));
            }
        }
        Self { work }
    }

    pub fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        // Workers live as long as the pool.
        let _ = self.work.send(Box::new(work));
    }
}

fn serve(queue: &Mutex<Receiver<Work>>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        // What panics has been told; the thread goes on.
        let _ = catch_unwind(AssertUnwindSafe(work));
    }
}
