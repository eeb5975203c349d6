//! `cleaninfra deploy-role`: the policies that deploying takes on the disk, or what a role lacks.

mod report;

use ci_base::{Code, Diagnostic, Severity};
use ci_project::{
    DeployFormat, DeployOptions, DeployPhase, DeployTarget, Files, OsSystem, RoleCheck, System as _,
    deploy_files, read_roles, write_files,
};

use crate::arguments::{DeployRole as Arguments, Phase, RoleFormat};
use crate::command::{exit, open};
use crate::terminal::{Exit, Failure, Outcome, Terminal, print};

pub(crate) fn run(terminal: &Terminal, arguments: &Arguments) -> Outcome {
    let host = match open(terminal, &arguments.path)? {
        Ok(host) => host,
        Err(exit) => return Ok(exit),
    };
    let snapshot = host.snapshot();
    let options = DeployOptions {
        target: arguments.env.clone(),
        name: arguments.name.clone(),
        tagged: arguments.tagged,
        require_boundary: arguments.require_boundary,
        artifacts: arguments.artifacts.clone(),
        actions: arguments.actions.clone(),
    };
    let report = terminal.with_progress("finding rights", || snapshot.deploy(&options));
    // Warnings are for `check`: here they would stand between the question and its answer.
    let errors: Vec<Diagnostic> =
        report.diagnostics.into_iter().filter(|found| found.severity == Severity::Error).collect();
    terminal.report(&errors, snapshot.files())?;
    let exit = exit(&errors, false, !snapshot.problems().is_empty());
    if exit != Exit::Success {
        return Ok(exit);
    }
    if report.targets.is_empty() {
        return Err(Failure::usage("there is nothing here that could be deployed"));
    }
    if !arguments.check.is_empty() {
        return check(arguments, &report.targets, snapshot.files());
    }
    let out = arguments.out.clone().unwrap_or_else(|| snapshot.shown_root().join("deploy-role"));
    let format = match arguments.format {
        RoleFormat::Json => DeployFormat::Json,
        RoleFormat::Cfn => DeployFormat::Cfn,
    };
    let (files, stale) = deploy_files(&report.targets, format);
    let stale: Vec<_> = stale.into_iter().map(|path| out.join(path)).collect();
    if let Err(error) = write_files(&OsSystem, &out, &files, &stale) {
        let mut texts = Files::default();
        let at = texts.whole(error.path.as_str());
        let found = Diagnostic::new(Code::UnreadableFile, at, error.to_string());
        terminal.report(&[found], &texts)?;
        return Ok(Exit::Internal);
    }
    let written: Vec<String> = files.iter().map(|file| out.join(&file.path).to_string()).collect();
    if arguments.json {
        print(&report::written_json(&report.targets, &written, snapshot.files())?)?;
    } else {
        print(&report::written(terminal, &report.targets, &written))?;
    }
    Ok(Exit::Success)
}

/// What a role lacks, for each target.
fn check(arguments: &Arguments, targets: &[DeployTarget], files: &Files) -> Outcome {
    let role = role(arguments)?;
    let phases: Vec<DeployPhase> = match arguments.phase.as_slice() {
        [] => vec![DeployPhase::Create, DeployPhase::Update],
        some => some.iter().map(|phase| phase_of(*phase)).collect(),
    };
    let checks: Vec<RoleCheck> =
        targets.iter().map(|target| target.compare(&role, &phases, arguments.strict)).collect();
    if arguments.json {
        print(&report::checked_json(&checks, &role.missing, files)?)?;
    } else {
        print(&report::checked(&checks, &role.missing, &phases, arguments.strict, files))?;
    }
    let is_fine = checks.iter().all(|check| check.missing.is_empty() && check.excess.is_empty());
    Ok(if is_fine { Exit::Success } else { Exit::Findings })
}

/// The role that the files are about: the one that is named, or the only one.
fn role(arguments: &Arguments) -> Result<ci_project::Role, Failure> {
    let mut all = Vec::new();
    for path in &arguments.check {
        let bytes =
            OsSystem.read(path).map_err(|error| Failure::usage(format!("cannot read `{path}`: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|_| Failure::usage(format!("`{path}` is not UTF-8")))?;
        all.extend(read_roles(&text).map_err(|problem| Failure::usage(format!("`{path}`: {problem}")))?);
    }
    let (named, mut unnamed): (Vec<_>, Vec<_>) = all.into_iter().partition(|role| role.name.is_some());
    let known: Vec<&str> = named.iter().filter_map(|role| role.name.as_deref()).collect();
    let mut distinct = known.clone();
    distinct.dedup();
    let wanted = match (&arguments.role, distinct.as_slice()) {
        (Some(wanted), _) if !known.contains(&wanted.as_str()) && !known.is_empty() => {
            let near = ci_base::did_you_mean(wanted, known.iter().copied());
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(Failure::usage(format!("there is no role `{wanted}`{near}")));
        }
        (Some(wanted), _) => Some(wanted.clone()),
        (None, []) => None,
        (None, [one]) => Some((*one).to_owned()),
        (None, several) => {
            return Err(Failure::usage(format!(
                "there are {} roles: say which one is meant with `--role`",
                several.len()
            )));
        }
    };
    let meant = named.into_iter().filter(|role| role.name == wanted);
    let mut whole = ci_project::Role::default();
    // Policies that are given as documents are attached as well.
    for part in meant.chain(unnamed.drain(..)) {
        whole.statements.extend(part.statements);
        whole.missing.extend(part.missing);
        whole.boundary = whole.boundary.or(part.boundary);
        whole.account = whole.account.or(part.account);
        whole.name = whole.name.or(part.name);
    }
    Ok(whole)
}

const fn phase_of(phase: Phase) -> DeployPhase {
    match phase {
        Phase::Create => DeployPhase::Create,
        Phase::Update => DeployPhase::Update,
        Phase::Teardown => DeployPhase::Teardown,
    }
}
