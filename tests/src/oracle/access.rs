//! Second opinions about access: a simulator of IAM, a solver, a linter, and an emulator of AWS, each a process of its own.
//!
//! None is part of what is shipped, and none sees the code it is compared with: questions and answers are lines
//! of text.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{crate_folder, installed_python, read, validators};

/// What the simulator says about each simulation; `None`, with a word, on a machine without Node.
///
/// # Panics
/// When Node is there and the simulator is not, or fails: a test that cannot ask must not pass.
#[must_use]
pub fn simulate(simulations: &[Value]) -> Option<Vec<String>> {
    let works =
        |name: &str| Command::new(name).arg("--version").output().is_ok_and(|out| out.status.success());
    if !works("node") || !works(if cfg!(windows) { "npm.cmd" } else { "npm" }) {
        eprintln!("skipped: the simulator of IAM needs Node and npm, which are not installed");
        return None;
    }
    let folder = installed_simulator().unwrap_or_else(|problem| panic!("{problem}"));
    let mut node = Command::new("node");
    node.arg(crate_folder().join("oracle").join("simulate.mjs")).arg(folder);
    Some(answers(node, simulations))
}

/// What the solver says about each pair of policies: `yes`, `no` or `unknown`.
///
/// # Panics
/// When it is not installed or fails.
#[must_use]
pub fn solve(pairs: &[Value]) -> Vec<String> {
    let python = validators().unwrap_or_else(|problem| panic!("{problem}"));
    let mut solver = Command::new(python);
    solver.arg(crate_folder().join("oracle").join("containment.py"));
    answers(solver, pairs)
}

/// What the emulator does with each call of each probe of the request (see `oracle/emulator/emulate.py`): `allowed`,
/// `denied`, or an error that is neither.
///
/// # Panics
/// When it is not installed or fails.
#[must_use]
pub fn emulate(request: &Value) -> Vec<Vec<String>> {
    let python = emulator().unwrap_or_else(|problem| panic!("{problem}"));
    let mut emulator = Command::new(python);
    emulator.arg(crate_folder().join("oracle/emulator/emulate.py"));
    let output = super::answers(&mut emulator, &request.to_string())
        .unwrap_or_else(|problem| panic!("{emulator:?} {problem}"));
    serde_json::from_str(&output).unwrap_or_else(|error| panic!("{emulator:?}: {error}: {output}"))
}

/// Asserts that a linter of policies finds nothing in documents, each with what it is called, but what is `known`: a part
/// of each finding, and why it is none.
///
/// # Panics
/// When it finds something, is not installed, or fails.
pub fn assert_lints(documents: &[(String, Value)], known: &[(&str, &str)]) {
    let python = emulator().unwrap_or_else(|problem| panic!("{problem}"));
    let mut linter = Command::new(python);
    linter.arg(crate_folder().join("oracle").join("lint.py"));
    let texts: Vec<Value> = documents.iter().map(|(_, document)| document.clone()).collect();
    let mut wrong = Vec::new();
    for ((name, document), answer) in documents.iter().zip(answers(linter, &texts)) {
        let found: Vec<String> =
            serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
        let unlisted = found.iter().filter(|found| !known.iter().any(|(part, _)| found.contains(part)));
        wrong.extend(unlisted.map(|found| format!("{name}: {found}\n    {document}")));
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The Python that has the emulator, its client and the linter.
fn emulator() -> Result<PathBuf, String> {
    installed_python("the emulator and the linter", "emulator", "oracle/emulator/requirements.txt")
}

/// One line of answer for each line of question.
fn answers(mut command: Command, questions: &[Value]) -> Vec<String> {
    let text: Vec<String> = questions.iter().map(Value::to_string).collect();
    let output = super::answers(&mut command, &text.join("\n"))
        .unwrap_or_else(|problem| panic!("{command:?} {problem}"));
    let answers: Vec<String> = output.lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), questions.len(), "{command:?} did not answer everything");
    answers
}

/// Where `cargo xtask test` installs the simulator, if it is there and made from today's lock file.
fn installed_simulator() -> Result<PathBuf, String> {
    let folder = crate_folder().join("../target/tools/simulator");
    let wanted = read(&crate_folder().join("oracle/simulator/package-lock.json"))?;
    match std::fs::read_to_string(folder.join("installed-lock.json")) {
        Ok(installed) if installed == wanted => Ok(folder),
        Ok(_) => Err("the simulator is not of the wanted version: run `cargo xtask test`".to_owned()),
        Err(_) => Err("the simulator is not installed: run `cargo xtask test`".to_owned()),
    }
}
