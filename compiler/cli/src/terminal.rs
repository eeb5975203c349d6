//! Where output goes, in which form, and with which exit code it ends.

use std::fmt;
use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use ci_base::Diagnostic;
use ci_base::render::{self, Sources};

use crate::arguments::{ColorChoice, Global, MessageFormat};

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// All is well.
    Success,
    /// The program has errors, files are not formatted, or access is given that must not be.
    Findings,
    /// The command line or the project is not usable.
    Usage,
    /// Input or output failed, or there is a mistake in this program.
    Internal,
}

impl Exit {
    /// The code that a process ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Internal => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    pub exit: Exit,
    pub message: String,
    pub error: Option<io::Error>,
}

impl Failure {
    /// The command line or the project is not usable.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into(), error: None }
    }

    /// A file could not be read or written.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { exit: Exit::Internal, message: message.into(), error: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<io::Error> for Failure {
    /// Writing to stdout or stderr failed.
    fn from(error: io::Error) -> Self {
        Self { exit: Exit::Internal, message: format!("cannot write: {error}"), error: Some(error) }
    }
}

/// What a command does.
pub(crate) type Outcome = Result<Exit, Failure>;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// Only what is wrong.
    Quiet,
    /// What was done.
    Normal,
    /// More about it.
    Verbose,
}

/// Writes a line to stderr; that it cannot be written does not matter.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes a result to stdout.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// The two streams, and how to write to them.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    pub format: MessageFormat,
    pub verbosity: Verbosity,
    color_stdout: bool,
    color_stderr: bool,
}

impl Terminal {
    /// As the command line wants it.
    pub fn new(global: &Global) -> Self {
        // An empty variable counts as none: https://no-color.org
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = |is_terminal: bool| match global.color {
            ColorChoice::Auto => is_terminal && !no_color && !dumb,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        Self {
            format: global.message_format,
            verbosity: match (global.quiet, global.verbose) {
                (true, _) => Verbosity::Quiet,
                (false, true) => Verbosity::Verbose,
                (false, false) => Verbosity::Normal,
            },
            color_stdout: color(io::stdout().is_terminal()),
            color_stderr: color(io::stderr().is_terminal()),
        }
    }

    /// Writes findings in the form that was asked for.
    pub fn report(&self, diagnostics: &[Diagnostic], sources: &dyn Sources) -> io::Result<()> {
        let mut text = Vec::new();
        match self.format {
            MessageFormat::Human => {
                render::human(diagnostics, sources, self.color_stderr, &mut text)?;
                return io::stderr().lock().write_all(&text);
            }
            MessageFormat::Json => render::json(diagnostics, sources, &mut text)?,
            MessageFormat::Sarif => render::sarif(diagnostics, sources, &mut text)?,
            MessageFormat::Github => render::github(diagnostics, sources, &mut text)?,
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&text)?;
        stdout.flush()
    }

    /// Writes what was done: to stdout where people read it, to stderr where stdout belongs to a program. Nothing when
    /// told to be quiet.
    pub fn summary(&self, text: &str) -> io::Result<()> {
        if self.verbosity == Verbosity::Quiet {
            return Ok(());
        }
        match self.format {
            MessageFormat::Human => print(text),
            _ => io::stderr().lock().write_all(text.as_bytes()),
        }
    }

    /// Words that stand out on stdout, where there are colours.
    pub fn bold(&self, text: &str) -> String {
        if self.color_stdout { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Words that step back on stdout, where there are colours.
    pub fn faint(&self, text: &str) -> String {
        if self.color_stdout { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Words that say that all is well on stdout, where there are colours.
    pub fn green(&self, text: &str) -> String {
        if self.color_stdout { format!("\u{1b}[32m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Words that say that something is wrong on stdout, where there are colours.
    pub fn red(&self, text: &str) -> String {
        if self.color_stdout { format!("\u{1b}[31m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A line of a diff, where there are colours on stdout.
    pub fn diff_line(&self, line: &str) -> String {
        let color = match line.as_bytes().first() {
            Some(b'+') => "32",
            Some(b'-') => "31",
            Some(b'@') => "36",
            _ => return line.to_owned(),
        };
        if self.color_stdout { format!("\u{1b}[{color}m{line}\u{1b}[0m") } else { line.to_owned() }
    }

    /// Runs `work`; if it takes a while and somebody is watching, says what is going on.
    pub fn with_progress<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        /// What people do not notice.
        const PATIENCE: Duration = Duration::from_millis(200);
        let watched = self.verbosity != Verbosity::Quiet
            && self.format == MessageFormat::Human
            && io::stderr().is_terminal();
        if !watched {
            return work();
        }
        let (done, wait) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                if wait.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                    let _ = write!(io::stderr(), "{what} …");
                    // Ends when the sender is dropped, also by a panic.
                    let _ = wait.recv();
                    let _ = write!(io::stderr(), "\r\u{1b}[K");
                }
            });
            let result = work();
            drop(done);
            result
        })
    }
}
