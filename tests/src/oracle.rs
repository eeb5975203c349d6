//! The oracle: cfn-lint and AWS's cloudformation-validate, asked about templates.
//!
//! Both run from the Python environment that `cargo xtask test` installs, one process each for all templates of a
//! call, because starting them costs more than checking a template. Errors always count; a warning counts unless
//! `oracle/accepted-warnings.toml` lists it with a reason. Informational findings are reported and never judged.

mod accepted;
pub mod access;

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

pub use accepted::{Accepted, Entry, Scope, Verdict};

/// The validators, by the names that `oracle/validators.py` and the list of accepted warnings use.
pub const TOOLS: [&str; 2] = ["cfn-lint", "cloudformation-validate"];

/// The region that a template is checked for where the caller names none. It is the one with the most services.
pub const DEFAULT_REGION: &str = "us-east-1";

/// How bad a validator finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Advice.
    Info,
    /// Refused unless listed as accepted.
    Warning,
    /// Always refused.
    Error,
}

/// One thing that one validator said about one template.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Finding {
    /// The name the caller gave the template.
    pub template: String,
    /// Which validator: one of [`TOOLS`].
    pub tool: String,
    /// The validator's own id of the rule.
    pub rule: String,
    /// How bad it is.
    pub level: Level,
    /// Where in the template, as keys and indices joined by `/`; empty for the whole.
    pub path: String,
    /// What the validator said.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { template, tool, rule, level, path, message } = self;
        write!(f, "{template}: {level:?} {rule} ({tool}) at /{path}: {message}")
    }
}

/// Asks every validator about every `(name, template text)`, for [`DEFAULT_REGION`]; in the order of [`TOOLS`], then
/// of the templates.
///
/// # Panics
/// When the validators are not installed or one of them fails to run: a test that cannot ask must not pass.
#[must_use]
pub fn validate(templates: &[(&str, &str)]) -> Vec<Finding> {
    validate_in(DEFAULT_REGION, templates)
}

/// [`validate`] for a region of the caller's choice.
///
/// # Panics
/// As [`validate`].
#[must_use]
pub fn validate_in(region: &str, templates: &[(&str, &str)]) -> Vec<Finding> {
    if templates.is_empty() {
        return Vec::new();
    }
    let python = validators().unwrap_or_else(|problem| panic!("{problem}"));
    let mut manifest = String::new();
    for (name, template) in templates {
        manifest += &serde_json::json!({ "name": name, "template": template }).to_string();
        manifest.push('\n');
    }
    std::thread::scope(|scope| {
        let (python, manifest) = (&python, &manifest);
        let runs =
            TOOLS.map(|tool| scope.spawn(move || run(python, tool, region, manifest, templates.len())));
        runs.into_iter()
            .flat_map(|run| match run.join() {
                Ok(Ok(findings)) => findings,
                Ok(Err(problem)) => panic!("{problem}"),
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

/// Fails the calling test with all that is wrong, unless `templates` are acceptable as part of `suite`: no errors,
/// no warning that the list does not accept for that suite, and, when they are the suite's `Whole`, no accepted
/// warning that never came up.
///
/// # Panics
/// When the templates are not acceptable, and as [`validate`].
pub fn assert_acceptable(suite: &str, scope: Scope, templates: &[(&str, &str)]) {
    let accepted = Accepted::load(suite).unwrap_or_else(|problem| panic!("{problem}"));
    let findings = validate(templates);
    let verdict = accepted.judge(&findings, scope);
    assert!(verdict.is_acceptable(), "{verdict}");
}

/// One process of one validator over the whole manifest.
fn run(
    python: &Path,
    tool: &str,
    region: &str,
    manifest: &str,
    templates: usize,
) -> Result<Vec<Finding>, String> {
    let failed = |what: &str, detail: &dyn fmt::Display| format!("{tool} {what}: {detail}");
    let mut driver = Command::new(python);
    driver.arg(crate_folder().join("oracle").join("validators.py")).args([tool, "--region", region]);
    let text = answers(&mut driver, manifest).map_err(|problem| format!("{tool} {problem}"))?;
    let mut findings = Vec::new();
    let mut done = None;
    for line in text.lines() {
        match serde_json::from_str(line).map_err(|error| failed("wrote an unreadable line", &error))? {
            Line::Finding(finding) => findings.push(finding),
            Line::Done { done: count } => done = Some(count),
        }
    }
    match done {
        Some(count) if count == templates => Ok(findings),
        _ => Err(failed("did not see all templates", &format!("{done:?} of {templates}"))),
    }
}

/// What a driver writes when it is given `questions`.
fn answers(driver: &mut Command, questions: &str) -> Result<String, String> {
    let driver = driver.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = driver.spawn().map_err(|error| format!("could not be started: {error}"))?;
    // A driver reads everything before it writes anything, so this cannot block on a full pipe of results. Where it
    // dies early the write fails too; its own words below say more than the broken pipe.
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(questions.as_bytes());
    }
    let output = child.wait_with_output().map_err(|error| format!("was lost: {error}"))?;
    if !output.status.success() {
        return Err(format!("failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("wrote no UTF-8: {error}"))
}

/// A line of the driver's output.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Finding(Finding),
    Done { done: usize },
}

/// The Python that has the validators and the solver.
fn validators() -> Result<PathBuf, String> {
    installed_python("the validators", "venv", "requirements.txt")
}

/// The Python of an environment that `cargo xtask test` makes below `target/tools`, if it is there and made from today's
/// requirements.
fn installed_python(what: &str, folder: &str, requirements: &str) -> Result<PathBuf, String> {
    let venv = crate_folder().join("../target/tools").join(folder);
    let python =
        if cfg!(windows) { venv.join("Scripts").join("python.exe") } else { venv.join("bin").join("python") };
    let wanted = read(&crate_folder().join(requirements))?;
    match std::fs::read_to_string(venv.join("installed-requirements.txt")) {
        Ok(installed) if installed == wanted && python.exists() => Ok(python),
        Ok(_) => Err(format!("{what} are not of the wanted versions: run `cargo xtask test`")),
        Err(_) => Err(format!("{what} are not installed: run `cargo xtask test`")),
    }
}

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
