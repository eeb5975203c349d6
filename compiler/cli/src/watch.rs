//! Builds again whenever a source changes.

use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use ci_project::{Change, Host};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::terminal::{Failure, Outcome};

/// How long the disk must be quiet before a build starts: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(50);

/// Sees every change under the directories of a project.
pub(crate) struct Watcher {
    events: Receiver<notify::Result<notify::Event>>,
    // Stops watching when it is dropped.
    notify: RecommendedWatcher,
    watched: Vec<Utf8PathBuf>,
}

impl Watcher {
    /// Watches the packages of a project.
    pub fn new(host: &Host) -> Result<Self, Failure> {
        let (send, events) = mpsc::channel();
        let notify = notify::recommended_watcher(send);
        let notify = notify.map_err(|error| Failure::internal(format!("cannot watch files: {error}")))?;
        let mut watcher = Self { events, notify, watched: Vec::new() };
        watcher.widen(host)?;
        Ok(watcher)
    }

    /// Watches packages that were not part of the project before.
    fn widen(&mut self, host: &Host) -> Result<(), Failure> {
        for directory in host.directories() {
            if self.watched.iter().any(|known| directory.starts_with(known)) {
                continue;
            }
            self.notify
                .watch(directory.as_std_path(), RecursiveMode::Recursive)
                .map_err(|error| Failure::internal(format!("cannot watch `{directory}`: {error}")))?;
            self.watched.push(directory);
        }
        Ok(())
    }

    /// Calls `rebuild` after every change that matters, for as long as there is something to watch.
    pub fn follow(mut self, host: &mut Host, mut rebuild: impl FnMut(&Host, Instant) -> Outcome) -> Outcome {
        loop {
            let first = self.events.recv();
            let Ok(first) = first else { return Err(Failure::internal("cannot watch files any longer")) };
            let mut changes = Vec::new();
            take(first, host, &mut changes);
            while let Ok(event) = self.events.recv_timeout(QUIET) {
                take(event, host, &mut changes);
            }
            if changes.is_empty() {
                continue;
            }
            let start = Instant::now();
            host.apply(&changes);
            self.widen(host)?;
            rebuild(host, start)?;
        }
    }
}

/// Keeps what an event says, where it can matter.
fn take(event: notify::Result<notify::Event>, host: &Host, changes: &mut Vec<Change>) {
    // What the watcher itself could not do shows in the next event, or not at all.
    let Ok(event) = event else { return };
    if matches!(event.kind, EventKind::Access(_)) {
        return;
    }
    for path in event.paths {
        let Ok(path) = Utf8PathBuf::from_path_buf(path) else { continue };
        let change = Change::Disk { path };
        if let Change::Disk { path } = &change
            && host.concerns(path)
            && !changes.contains(&change)
        {
            changes.push(change);
        }
    }
}
