//! What deploying a target takes, with the names and places of the source: policies as files, and the comparison with
//! roles that exist.
//!
//! Must not know: how it is shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ci_access::program::Place;
use ci_base::{Code, Diagnostic, Severity, Span, TextRange};
use ci_deploy::{Answer, Deployment, Kind, Phase, Question, Role, Supplied, Width};
use ci_graph::Stack;
use ci_sema::{StackResult, Target, TargetId};

use crate::build::{target_names, unknown_environment};
use crate::host::Snapshot;
use crate::write::OutputFile;

/// A phase of a stack's life.
pub use ci_deploy::Phase as DeployPhase;

/// How long the name of a role may be.
const ROLE_NAME: usize = 64;

/// How long a template may be that is sent with a request. Source: CloudFormation's quotas, "Template body size in a
/// request".
const REQUEST_BYTES: usize = 51_200;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeployOptions {
    /// Only the target of this name: an environment. All of them when `None`.
    pub target: Option<String>,
    /// What the names of roles begin with; as the names of the stacks when `None`.
    pub name: Option<String>,
    /// Resources get tags at deployment that the source does not know.
    pub tagged: bool,
    /// Roles may only be made with the boundary.
    pub require_boundary: bool,
    /// The bucket with archives and large templates.
    pub artifacts: Option<String>,
    /// A file that says what types need that nobody else knows.
    pub actions: Option<Utf8PathBuf>,
}

/// How policies are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeployFormat {
    /// A JSON document each.
    #[default]
    Json,
    /// One CloudFormation template.
    Cfn,
}

/// What deploying takes, for all targets that were asked for.
#[derive(Debug, Default)]
pub struct DeployReport {
    /// A target each; empty where anything is wrong.
    pub targets: Vec<DeployTarget>,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// A resource by its names in the source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    /// Its stack.
    pub stack: String,
    /// Its name in the source.
    pub path: String,
    /// Its type.
    pub resource_type: &'static str,
    /// Where it is in the source.
    pub at: Span,
}

/// An action that is allowed on more than resources of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroadAction {
    /// The action.
    pub action: String,
    /// On what.
    pub resources: Vec<String>,
    /// Why.
    pub why: &'static str,
}

/// What deploying a target takes.
#[derive(Debug)]
pub struct DeployTarget {
    /// Its name.
    pub name: String,
    deployment: Deployment,
    resources: BTreeMap<Place, Needed>,
}

/// What a role that exists lacks and has beyond.
#[derive(Debug)]
pub struct RoleCheck {
    /// The target.
    pub target: String,
    /// What it lacks.
    pub missing: Vec<Missing>,
    /// What it has beyond.
    pub excess: Vec<Excess>,
}

/// Something that a role lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The action.
    pub action: String,
    /// On what.
    pub resource: String,
    /// What requests have.
    pub conditions: Vec<String>,
    /// The phases that need it.
    pub phases: Vec<Phase>,
    /// The resources that need it.
    pub needed: Vec<Needed>,
    /// Why it is not certain, if it is not.
    pub uncertain: Option<&'static str>,
}

/// Something that a role may do and need not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// The action, or a pattern of actions.
    pub action: String,
    /// On what.
    pub resource: String,
}

impl Snapshot {
    /// What deploying takes.
    pub fn deploy(&self, options: &DeployOptions) -> DeployReport {
        let mut diagnostics = self.check();
        let is_error = |found: &Diagnostic| found.severity == Severity::Error;
        if diagnostics.iter().any(is_error) {
            return DeployReport { targets: Vec::new(), diagnostics };
        }
        let supplied = match options.actions.as_deref().map(|path| self.supplied(path)).transpose() {
            Ok(supplied) => supplied.unwrap_or_default(),
            Err(problem) => {
                diagnostics.push(*problem);
                return DeployReport { targets: Vec::new(), diagnostics };
            }
        };
        salsa::Database::attach(&self.db, |db| {
            let all = ci_sema::targets(db);
            let names = target_names(self, all);
            let wanted = |name: &String| options.target.as_ref().is_none_or(|wanted| wanted == name);
            let mut targets = Vec::new();
            for (target, name) in all.iter().zip(&names).filter(|(_, name)| wanted(name)) {
                targets.extend(self.deploy_target(target, name, options, &supplied, &mut diagnostics));
            }
            if let Some(unknown) = options.target.as_ref().filter(|wanted| !names.contains(wanted)) {
                diagnostics.push(unknown_environment(self.project.main, unknown, &names));
            }
            if diagnostics.iter().any(is_error) {
                targets.clear();
            }
            DeployReport { targets, diagnostics }
        })
    }

    /// What a project says that types need.
    fn supplied(&self, path: &Utf8Path) -> Result<Supplied, Box<Diagnostic>> {
        let at = Span { file: self.project.main, range: TextRange::empty(0) };
        let failed = |message: String| Box::new(Diagnostic::new(Code::InvalidData, at, message));
        let bytes =
            self.db.system().read(path).map_err(|error| failed(format!("cannot read `{path}`: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|_| failed(format!("`{path}` is not UTF-8")))?;
        Supplied::parse(&text).map_err(|problem| {
            failed(format!("`{path}` does not say what resource types need: {}", problem.trim_end()))
        })
    }

    fn deploy_target(
        &self,
        target: &Target,
        name: &str,
        options: &DeployOptions,
        supplied: &Supplied,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<DeployTarget> {
        let plan = ci_sema::plan(&self.db, TargetId::new(&self.db, target.clone()));
        let results: Vec<&StackResult> =
            plan.instances.iter().map(|instance| ci_sema::stack(&self.db, *instance)).collect();
        let stacks: Vec<&Stack> = results.iter().map(|result| Arc::as_ref(&result.stack)).collect();
        if stacks.is_empty() {
            return None;
        }
        let alone = || match stacks.as_slice() {
            [one] => one.name.to_string(),
            _ => name.to_owned(),
        };
        let prefix = options.name.clone().or_else(|| target.stack_prefix(&self.db)).unwrap_or_else(alone);
        let tags: Vec<(String, String)> =
            plan.tags.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let deployment = ci_deploy::plan(&Question {
            stacks: &stacks,
            prefix: &prefix,
            account: plan.account.as_deref(),
            tags: &tags,
            tagged: options.tagged,
            require_boundary: options.require_boundary,
            artifacts: options.artifacts.as_deref(),
            supplied,
        });
        let mut resources = BTreeMap::new();
        for (at, (stack, result)) in stacks.iter().zip(&results).enumerate() {
            for (id, resource) in stack.resource_ids() {
                let needed = Needed {
                    stack: stack.name.to_string(),
                    path: resource.path.to_string(),
                    resource_type: resource.schema.name(),
                    at: self.place(result, resource.origin),
                };
                resources.insert(Place { stack: at, resource: id }, needed);
            }
        }
        let found = DeployTarget { name: name.to_owned(), deployment, resources };
        diagnostics.extend(self.deploy_findings(&found, options));
        Some(found)
    }

    /// What keeps a target from being deployed with policies of ours.
    fn deploy_findings(&self, target: &DeployTarget, options: &DeployOptions) -> Vec<Diagnostic> {
        let whole = Span { file: self.project.main, range: TextRange::empty(0) };
        let mut found = Vec::new();
        for needed in target.named(&target.deployment.unknown) {
            let Needed { resource_type, at, .. } = needed;
            let message = format!("nobody knows what it takes to deploy `{resource_type}`");
            let of_sam = resource_type.starts_with("AWS::Serverless::");
            let help = if of_sam {
                "use the resource types that the transform makes of it".to_owned()
            } else {
                format!(
                    "say it in a file and pass it with `--actions`: [types.\"{resource_type}\"] with lists `create`, `read`, `update` and `delete`"
                )
            };
            let finding = Diagnostic::new(Code::UnknownHandlers, at, message)
                .note("its schema does not list the actions of its handlers, and no reviewed table does")
                .help(help);
            found.push(finding);
        }
        if options.require_boundary {
            let boundary = target.deployment.names.of(Kind::Boundary);
            for needed in target.named(&target.deployment.unbounded) {
                let message = format!("`{}` has no permissions boundary", needed.path);
                let property = format!(
                    "PermissionsBoundary: \"arn:{{aws::partition}}:iam::{{aws::account_id}}:policy/{boundary}\""
                );
                // What a component makes is changed where the component is used.
                let help = match needed.path.rsplit_once('.') {
                    Some((component, own)) => {
                        format!("where `{component}` is made: `with {{ {own}: {{ {property} }} }}`")
                    }
                    None => property,
                };
                let note = format!(
                    "with `--require-boundary` the service role may only make roles with `{boundary}`, so making this one would fail"
                );
                let finding =
                    Diagnostic::new(Code::RoleWithoutBoundary, needed.at, message).note(note).help(help);
                found.push(finding);
            }
        }
        for (kind, problem) in &target.deployment.too_large {
            let message =
                format!("`{}` cannot have the policy it needs: {problem}", target.deployment.names.of(*kind));
            let finding = Diagnostic::new(Code::PolicyTooLong, whole, message)
                .help("deploy the services of the app with roles of their own: make apps of them");
            found.push(finding);
        }
        let longest = Kind::ALL.map(|kind| target.deployment.names.of(kind).len()).into_iter().max();
        if let Some(longest) = longest.filter(|longest| *longest > ROLE_NAME) {
            let name = target.deployment.names.of(Kind::Service(Phase::Teardown));
            let message = format!(
                "`{name}` cannot be the name of a role: names have at most {ROLE_NAME} characters, and the longest here would have {longest}"
            );
            let finding = Diagnostic::new(Code::InvalidName, whole, message)
                .help("choose what they begin with: `--name`");
            found.push(finding);
        }
        found
    }
}

impl DeployTarget {
    fn named(&self, places: &[Place]) -> Vec<Needed> {
        places.iter().filter_map(|place| self.resources.get(place)).cloned().collect()
    }

    /// How many actions that change things tags of the environment would bound, where it has none.
    pub fn unbounded_by_tags(&self) -> usize {
        self.deployment.unbounded_by_tags.len()
    }

    /// What the roles are called, with what each is for.
    pub fn roles(&self) -> Vec<(&'static str, String)> {
        let kinds = self.deployment.documents.iter().map(|document| document.kind);
        kinds.map(|kind| (kind.name(), self.deployment.names.of(kind))).collect()
    }

    /// How many documents and characters each policy has.
    pub fn sizes(&self) -> Vec<(&'static str, usize, usize)> {
        let documents = self.deployment.documents.iter();
        documents
            .map(|document| {
                let characters = document.parts.iter().map(ci_access::size).sum();
                (document.kind.name(), document.parts.len(), characters)
            })
            .collect()
    }

    /// How many actions are allowed, and how many the handlers of all its resource types list.
    pub fn actions(&self) -> (usize, usize) {
        (self.deployment.actions().len(), self.deployment.union.len())
    }

    /// How many actions each phase needs.
    pub fn actions_of(&self, phase: Phase) -> usize {
        let of_phase = self.deployment.needs.iter().filter(|need| need.phases.has(phase));
        let actions: std::collections::BTreeSet<&str> = of_phase.map(|need| need.action.as_str()).collect();
        actions.len()
    }

    /// Actions that are allowed on more than resources of the application.
    pub fn broad(&self) -> Vec<BroadAction> {
        let broad = self.deployment.broad().into_iter();
        broad
            .map(|((breadth, action), resources)| BroadAction {
                action: action.to_owned(),
                resources: resources.into_iter().collect(),
                why: breadth.describe(),
            })
            .collect()
    }

    /// What only a teardown may delete.
    pub fn guarded(&self) -> Vec<Needed> {
        self.named(&self.deployment.guarded)
    }

    /// Roles and users that the application makes without a boundary.
    pub fn unbounded(&self) -> Vec<Needed> {
        self.named(&self.deployment.unbounded)
    }

    /// Policies of others that roles of the application have: the boundary does not allow what they do.
    pub fn foreign(&self) -> &[String] {
        &self.deployment.foreign
    }

    /// Policies that are less exact than they could be, because they would be too long: what each is called, and how it
    /// names resources.
    pub fn wide(&self) -> Vec<(String, &'static str)> {
        let wide = self.deployment.wide.iter();
        wide.map(|(kind, width)| {
            let how = match width {
                Width::Exact => "one by one",
                Width::ByStack => "by their stacks only",
                Width::Everything => "not at all",
            };
            (self.deployment.names.of(*kind), how)
        })
        .collect()
    }

    /// Names in the schemas of its types that are no actions of IAM.
    pub fn left_out(&self) -> &[ci_deploy::LeftOut] {
        &self.deployment.left_out
    }

    /// The types of its resources, in the order of the source.
    pub fn resource_types(&self) -> impl Iterator<Item = &'static str> {
        self.resources.values().map(|needed| needed.resource_type)
    }

    /// All there is to know about it, for those who look closer.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// Types, and the services that were assumed to take on roles for them.
    pub fn assumed(&self) -> &[(&'static str, String)] {
        &self.deployment.assumed
    }

    /// The template that makes the roles; without white space where it would be too long to be sent with a request.
    pub fn roles_template(&self) -> String {
        let Some(stack) = ci_deploy::stack(&self.deployment) else { return String::new() };
        let template = ci_cfn::template(&stack);
        let indented = template.to_json();
        if indented.len() <= REQUEST_BYTES { indented } else { template.to_json_minified() }
    }

    /// What a role lacks for some phases, and if asked for what it has beyond.
    pub fn compare(&self, role: &Role, phases: &[Phase], strict: bool) -> RoleCheck {
        let missing = ci_deploy::check(&self.deployment, role, phases).into_iter().map(|lack| Missing {
            action: lack.action,
            resource: lack.resource,
            conditions: lack.conditions,
            phases: lack.phases.iter().collect(),
            needed: self.named(&lack.places),
            uncertain: match lack.answer {
                Answer::Denied => None,
                Answer::Undecided(why) => Some(why.describe()),
            },
        });
        let excess = if strict { ci_deploy::beyond(&self.deployment, role, phases) } else { Vec::new() };
        RoleCheck {
            target: self.name.clone(),
            missing: missing.collect(),
            excess: excess
                .into_iter()
                .map(|beyond| Excess { action: beyond.action, resource: beyond.resource })
                .collect(),
        }
    }
}

/// Reads the roles of a JSON text: see `ci_deploy::roles`.
pub fn read_roles(json: &str) -> Result<Vec<Role>, String> {
    ci_deploy::roles(json).map_err(|problem| problem.to_string())
}

/// The files of some targets, and those that earlier runs may have left beside them, relative to the directory of all.
pub fn deploy_files(targets: &[DeployTarget], format: DeployFormat) -> (Vec<OutputFile>, Vec<String>) {
    const TEMPLATE: &str = "deploy-roles.template.json";
    const MOST: usize = 10;
    let mut files = Vec::new();
    let mut stale = Vec::new();
    for target in targets {
        let before = files.len();
        let mut file = |name: &str, text: String| {
            let path = format!("{}/{name}", target.name);
            files.push(OutputFile { path, bytes: Arc::new(text.into_bytes()) });
        };
        match format {
            DeployFormat::Cfn => file(TEMPLATE, target.roles_template()),
            DeployFormat::Json => {
                for document in &target.deployment.documents {
                    let kind = document.kind.name();
                    for (at, policy) in document.parts.iter().enumerate() {
                        let number =
                            if document.parts.len() > 1 { format!("-{}", at + 1) } else { String::new() };
                        file(&format!("{kind}{number}.json"), ci_deploy::document(policy));
                    }
                }
            }
        }
        let written: Vec<String> =
            files[before..].iter().map(|file: &OutputFile| file.path.clone()).collect();
        let numbers = std::iter::once(String::new()).chain((1..=MOST).map(|number| format!("-{number}")));
        let numbers: Vec<String> = numbers.collect();
        let possible = Kind::ALL
            .iter()
            .flat_map(|kind| numbers.iter().map(|number| format!("{}{number}.json", kind.name())));
        let possible = possible.map(|name| format!("{}/{name}", target.name));
        // The other format may be wanted as well; only what this format no longer has goes.
        if format == DeployFormat::Json {
            stale.extend(possible.filter(|path| !written.contains(path)));
        }
    }
    (files, stale)
}

#[cfg(test)]
mod tests;
