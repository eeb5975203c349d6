//! Tries the extension and the language server in editors: the grammar on all programs, a VS Code in a browser, Neovim,
//! Emacs. `cargo xtask test --editor` runs it behind all other tests, `cargo xtask editor` alone.
//!
//! The VS Code is one for Linux. Whether a machine that lacks something passes, the caller decides.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, ValueEnum};

use super::{extension, install_editor, install_modules, node, pack, path, server_of, tools};
use crate::Outcome;
use crate::process::{cargo, root, run, stage, succeeds, tell_stages};
use crate::tools::{install_neovim, npm};

/// What browsers that the test can drive are called.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Whether there are editors for this machine among those that are pinned: VS Code, and a Neovim newer than most systems'.
const HAS_PINNED_EDITORS: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

/// What becomes of a trial for which the machine lacks something.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Need {
    /// It is left out, and said so
    IfPossible,
    /// It fails, and says what to install
    Required,
}

#[derive(Args)]
pub(crate) struct Trial {
    /// Only the steps in VS Code whose names this regular expression finds
    #[arg(long, value_name = "REGEX")]
    only: Option<String>,
    /// The program that VS Code starts as the server, instead of the one in the extension
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// How often VS Code is tried
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    times: u32,
}

/// `cargo xtask editor`.
pub(crate) fn run_trial(trial: &Trial) -> Outcome {
    let root = &root()?;
    let outcome = try_all(root, trial, Need::Required, Need::IfPossible);
    tell_stages();
    outcome
}

/// All trials.
pub(crate) fn test(root: &Path, need: Need) -> Outcome {
    try_all(root, &Trial { only: None, server: None, times: 1 }, need, need)
}

/// All trials: one that fails hides no other.
fn try_all(root: &Path, trial: &Trial, vs_code: Need, neovim: Need) -> Outcome {
    let mut build = cargo(root);
    stage("server", || run(build.args(["build", "--package", "cleaninfra"])))?;
    let outcomes = [try_vs_code(root, trial, vs_code), in_neovim(root, neovim), in_emacs(root)];
    let problems: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

fn try_vs_code(root: &Path, trial: &Trial, need: Need) -> Outcome {
    let Some((vsix, browser)) = prepare(root, need)? else { return Ok(()) };
    (0..trial.times).try_for_each(|_| stage("VS Code", || in_vs_code(root, &vsix, &browser, trial)))
}

/// Installs, checks and packages. The package and a browser, or nothing where the machine lacks something.
fn prepare(root: &Path, need: Need) -> Result<Option<(PathBuf, PathBuf)>, String> {
    if !succeeds(Command::new("node").arg("--version")) || !succeeds(npm().arg("--version")) {
        missing(need, "the extension is made with Node and npm (on Debian: nodejs and npm)")?;
        return Ok(None);
    }
    stage("tools of the editor", || install_editor(root).and_then(|()| install_modules(root)))?;
    let extension = extension(root);
    let npm_run = |script: &str| {
        let mut command = npm();
        command.current_dir(&extension).env("PATH", path(&tools(root))?).args(["run", "--silent", script]);
        run(&mut command)
    };
    stage("grammar of the editor", || npm_run("test"))?;
    if !HAS_PINNED_EDITORS {
        missing(need, "the VS Code of the test runs on Linux with an x86-64 processor")?;
        return Ok(None);
    }
    let Some(browser) = browser() else {
        let what = "VS Code is tried in Chromium, and there is none: install it (on Debian: chromium), or let the \
                    variable CHROMIUM name it";
        missing(need, what)?;
        return Ok(None);
    };
    let mut vsix = PathBuf::new();
    // This also checks the types.
    stage("package", || {
        vsix = pack(root, &server_of(root, "debug"))?;
        Ok(())
    })?;
    Ok(Some((vsix, browser)))
}

fn missing(need: Need, what: &str) -> Outcome {
    if need == Need::Required {
        return Err(what.to_owned());
    }
    println!("    skipped: {what}");
    Ok(())
}

fn in_vs_code(root: &Path, vsix: &Path, browser: &Path, trial: &Trial) -> Outcome {
    let tools = tools(root);
    let mut command = Command::new(node(&tools));
    command.arg(extension(root).join("e2e").join("run.mjs"));
    command.arg("--tools").arg(&tools).arg("--vsix").arg(vsix).arg("--repository").arg(root);
    command.arg("--out").arg(root.join("target").join("editor-screenshots")).arg("--chromium").arg(browser);
    command.arg("--command").arg(server_of(root, "debug"));
    if let Some(only) = &trial.only {
        command.arg("--only").arg(only);
    }
    if let Some(server) = &trial.server {
        command.arg("--server").arg(server);
    }
    run(&mut command)
}

/// The Neovim of the machine, and a pinned one that is new enough to be set up as the README says.
fn in_neovim(root: &Path, need: Need) -> Outcome {
    let own = find("nvim");
    if own.is_none() {
        missing(need, "the server is tried in Neovim, and there is none (on Debian: neovim)")?;
    }
    let mut pinned = None;
    if HAS_PINNED_EDITORS {
        let installed = stage("a newer Neovim", || {
            pinned = Some(install_neovim(root)?);
            Ok(())
        });
        installed.or_else(|problem| missing(need, &problem))?;
    }
    let script = extension(root).join("e2e").join("neovim.lua");
    for nvim in own.into_iter().chain(pinned) {
        let mut command = other_editor(root, &nvim)?;
        command.args(["--headless", "-u", "NONE", "-c"]).arg(format!("luafile {}", script.display()));
        stage("Neovim", || run(command.arg("src/orders.ci")))?;
    }
    Ok(())
}

/// Emacs is large, and speaks to the server as Neovim does: it is tried where somebody uses it.
fn in_emacs(root: &Path) -> Outcome {
    let Some(emacs) = find("emacs") else {
        return missing(Need::IfPossible, "Emacs is not installed");
    };
    let mut command = other_editor(root, &emacs)?;
    command.args(["--batch", "-Q", "-l"]).arg(extension(root).join("e2e").join("eglot.el"));
    stage("Emacs", || run(command.arg("src/orders.ci")))
}

/// An editor in a project, which finds the server by its name.
fn other_editor(root: &Path, program: &Path) -> Result<Command, String> {
    let server = server_of(root, "debug");
    let others = std::env::var_os("PATH").unwrap_or_default();
    let folders = server.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&others));
    let folders = std::env::join_paths(folders).map_err(|error| format!("PATH: {error}"))?;
    let mut command = Command::new(program);
    command.current_dir(root.join("examples").join("orders"));
    command.env("PATH", folders).env("CI_README", root.join("README.md"));
    Ok(command)
}

/// A browser that can be driven: `$CHROMIUM`, or one of the usual names.
fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|file| file.is_file());
    named.or_else(|| BROWSERS.iter().find_map(|name| find(name)))
}

/// A program on the `PATH`.
fn find(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let files = std::env::split_paths(&folders).map(|folder| folder.join(name));
    files.into_iter().find(|file| file.is_file())
}
