//! The `cleaninfra` command.
//!
//! Says what a person or a pipeline wants to know; every decision about a project is made in `ci-project`. Results go
//! to stdout, findings for people and progress to stderr.

mod arguments;
mod command;
mod diff;
mod markdown;
mod terminal;
mod watch;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::terminal::{Exit, Failure, Terminal};

/// A compiler makes many small things and keeps most of them to the end. The allocator of glibc asks the system again and
/// again for a little more memory where that happens outside of the first thread, as here. Huge pages are off: where the
/// system has to clear or find them, one costs more than a small program takes in all. Of the two versions that are kept
/// up, the older one: the newer one takes larger blocks than asked for where it is told an alignment, as Rust always does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How deep the stack of the working thread may grow: nesting is capped, so this holds the deepest program there is.
const STACK_BYTES: usize = 16 << 20;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; a reader that has gone does not matter either way.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Success.into() };
        }
    };
    std::panic::set_hook(Box::new(report_panic));
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).name("main".into());
    // The process ends where the work does: a thread that ends gives its memory back piece by piece before the system
    // takes all of it.
    let outcome = worker
        .spawn(move || std::process::exit(i32::from(run(arguments).code())))
        .map(std::thread::JoinHandle::join);
    match outcome {
        Ok(Ok(never)) => never,
        // The hook has said what there is to say.
        Ok(Err(_)) => Exit::Internal.into(),
        Err(error) => {
            eprintln!("error: cannot start a thread: {error}");
            Exit::Internal.into()
        }
    }
}

fn run(arguments: Arguments) -> Exit {
    let terminal = Terminal::new(&arguments.global);
    let outcome = match &arguments.command {
        Command::New(arguments) => command::new::run(&terminal, arguments),
        Command::Access(arguments) => command::access::run(&terminal, arguments),
        Command::Network(arguments) => command::network::run(&terminal, arguments),
        Command::Diagram(arguments) => command::diagram::run(&terminal, arguments),
        Command::Check(arguments) => command::check::run(&terminal, arguments),
        Command::Build(arguments) => command::build::run(&terminal, arguments),
        Command::Test(arguments) => command::test::run(&terminal, arguments),
        Command::DeployRole(arguments) => command::deploy_role::run(&terminal, arguments),
        Command::Fmt(arguments) => command::fmt::run(&terminal, arguments),
        Command::Explain(arguments) => command::explain::run(&terminal, arguments),
        Command::Describe(arguments) => command::describe::run(&terminal, arguments),
        Command::Completions(arguments) => command::completions::run(arguments),
        Command::LanguageServer(arguments) => command::language_server::run(arguments),
    };
    match outcome {
        Ok(exit) => exit,
        // Whoever read the output has seen enough.
        Err(Failure { error: Some(error), .. }) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            Exit::Success
        }
        Err(failure) => {
            terminal::say(&format!("error: {failure}"));
            failure.exit
        }
    }
}

/// Tells the user that the mistake is ours, and how to report it.
fn report_panic(panic: &std::panic::PanicHookInfo<'_>) {
    use std::io::Write as _;
    let payload = panic.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message =
        message.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)");
    let place =
        panic.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
    // Not `eprintln!`: it would panic again where stderr is closed.
    let _ = writeln!(
        std::io::stderr(),
        "error: cleaninfra {} made a mistake of its own: {message}{place}\n\
         Nothing was written. Please report this with the sources that cause it:\n{}/issues",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY"),
    );
}
