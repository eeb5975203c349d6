//! The policies of those who deploy: needs, put together, restricted and cut to the sizes that IAM takes.
//!
//! Must not know: where needs come from, templates, files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ci_access::program::{Place, read};
use ci_access::{
    Actions, Condition, Effect, Part, Parts, Pattern, Policy, Resources, SizeLimit, Statement, TooLarge,
    merge, split,
};
use ci_catalog::iam::{self, AccessLevel};
use ci_graph::Stack;

use crate::facts::{self, Supplied};
use crate::names::{Names, text, tidy};
use crate::need::{Breadth, Finder, Found, Need};
use crate::phase::Phase;

/// What is deployed, and how.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The stacks of a target.
    pub stacks: &'a [&'a Stack],
    /// What the names of roles begin with.
    pub prefix: &'a str,
    /// The account that it is deployed to.
    pub account: Option<&'a str>,
    /// The tags that all resources get.
    pub tags: &'a [(String, String)],
    /// Resources get tags at deployment that the source does not know.
    pub tagged: bool,
    /// Roles may only be made with the boundary.
    pub require_boundary: bool,
    /// The bucket with the archives and large templates.
    pub artifacts: Option<&'a str>,
    /// What types need that nobody else knows.
    pub supplied: &'a Supplied,
}

/// Whose a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Of CloudFormation's service role in a phase.
    Service(Phase),
    /// Of whoever starts a deployment.
    Ci,
    /// The boundary of the roles that the application makes.
    Boundary,
}

impl Kind {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 5] = [
        Self::Service(Phase::Create),
        Self::Service(Phase::Update),
        Self::Service(Phase::Teardown),
        Self::Ci,
        Self::Boundary,
    ];

    /// Its name in files: `create`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service(phase) => phase.name(),
            Self::Ci => "ci",
            Self::Boundary => "boundary",
        }
    }
}

/// A policy, cut into what IAM takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Whose it is.
    pub kind: Kind,
    /// The documents, to be attached beside each other.
    pub parts: Vec<Policy>,
}

/// How exactly a policy names resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Width {
    /// One by one.
    Exact,
    /// Those whose names begin with that of their stack by that.
    ByStack,
    /// All of them.
    Everything,
}

/// The names of the roles, and of the boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleNames {
    prefix: String,
}

impl RoleNames {
    /// What all of them begin with: `shop-dev`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The name of a role or of the boundary: `shop-dev-deploy-update`.
    pub fn of(&self, kind: Kind) -> String {
        format!("{}-deploy-{}", self.prefix, kind.name())
    }
}

/// The policies of those who deploy a target.
#[derive(Debug)]
pub struct Deployment {
    /// The names of the roles.
    pub names: RoleNames,
    /// What is needed, in the order of the stacks and their resources.
    pub needs: Vec<Need>,
    /// The policies, in the order of [`Kind::ALL`]; without a boundary where the application makes no roles.
    pub documents: Vec<Document>,
    /// What could not be written within IAM's limits.
    pub too_large: Vec<(Kind, TooLarge)>,
    /// Resources of which nobody knows what they need.
    pub unknown: Vec<Place>,
    /// Roles and users of the application that have no boundary.
    pub unbounded: Vec<Place>,
    /// Policies of others that roles of the application have: the boundary does not know what they allow.
    pub foreign: Vec<String>,
    /// Policies that name resources by their stacks, or not at all, because they would be too long otherwise.
    pub wide: Vec<(Kind, Width)>,
    /// Types and the services that were assumed for them, sorted.
    pub assumed: Vec<(&'static str, String)>,
    /// All actions that the handlers of the resources list, sorted.
    pub union: Vec<String>,
    /// Types with names in their schemas that are no actions of IAM, sorted; with why, and what stands for them.
    pub left_out: Vec<LeftOut>,
    /// What only a teardown may delete, in the order of the stacks.
    pub guarded: Vec<Place>,
    /// Actions that change what a service names, and that tags would bound, sorted: there are no tags.
    pub unbounded_by_tags: Vec<String>,
}

/// A name in the schema of a type that is no action of IAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The type.
    pub resource_type: &'static str,
    /// The name.
    pub name: &'static str,
    /// Why it is none.
    pub why: &'static str,
    /// The actions that are needed where it is listed.
    pub instead: &'static [String],
}

impl Deployment {
    /// The actions that are allowed in any phase, sorted.
    pub fn actions(&self) -> BTreeSet<&str> {
        let of_phases = self.needs.iter().filter(|need| !need.phases.is_empty());
        of_phases.map(|need| need.action.as_str()).collect()
    }

    /// The policy of a kind, if there is one.
    pub fn document(&self, kind: Kind) -> Option<&Document> {
        self.documents.iter().find(|document| document.kind == kind)
    }

    /// Actions that are allowed on more than resources of the application, and why, sorted.
    pub fn broad(&self) -> BTreeMap<(Breadth, &str), BTreeSet<String>> {
        let mut broad: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for need in &self.needs {
            if let Some(breadth) = need.breadth {
                let resources = broad.entry((breadth, need.action.as_str())).or_default();
                resources.extend(need.resources.iter().map(Parts::to_string));
            }
        }
        broad
    }
}

/// Finds what is needed to deploy, and puts it into policies.
pub fn plan(question: &Question<'_>) -> Deployment {
    let program = read(question.stacks);
    let mut parameters = BTreeMap::new();
    if let Some(bucket) = question.artifacts {
        parameters.insert("ArtifactBucket".to_owned(), bucket.to_owned());
    }
    let names = || Names {
        stacks: question.stacks,
        account: question.account.map(Arc::from),
        parameters: &parameters,
    };
    let roles = RoleNames { prefix: question.prefix.to_owned() };
    let boundary_arn = own(&names(), &format!("policy/{}", roles.of(Kind::Boundary)));
    let finder = Finder {
        names: names(),
        program: &program,
        supplied: question.supplied,
        tags: question.tags,
        tagged: question.tagged,
        boundary: question.require_boundary.then(|| boundary_arn.clone()),
    };
    let Found { needs, unknown, assumed, union, guards, left_out } = finder.find();
    let writer = Writer { question, names: names(), roles: &roles };

    let mut deployment = Deployment {
        needs: Vec::new(),
        documents: Vec::new(),
        too_large: Vec::new(),
        unknown,
        unbounded: Vec::new(),
        foreign: Vec::new(),
        wide: Vec::new(),
        assumed: assumed.into_iter().collect(),
        union: union.into_iter().collect(),
        guarded: Vec::new(),
        unbounded_by_tags: Vec::new(),
        left_out: left_out
            .into_iter()
            .flat_map(|(resource_type, name)| {
                let of_type = facts::left_out(resource_type).filter(move |(known, _)| *known == name);
                of_type.map(move |(name, left)| LeftOut {
                    resource_type,
                    name,
                    why: &left.why,
                    instead: &left.instead,
                })
            })
            .collect(),
        names: roles.clone(),
    };
    for phase in Phase::ALL {
        let kind = Kind::Service(phase);
        let widths = [Width::Exact, Width::ByStack];
        let least = |width| writer.least(&needs, phase, width);
        deployment.add(kind, &widths, SizeLimit::MANAGED, least, |width| {
            let mut policy = writer.service(&needs, phase, width);
            policy.statements.extend(writer.guards(&guards, phase));
            policy.statements.push(writer.own_roles());
            policy
        });
    }
    deployment.add(Kind::Ci, &[Width::Exact], SizeLimit::MANAGED, |_| 0, |_| writer.ci());
    if !program.holders.is_empty() {
        // A role has one boundary.
        let limit = SizeLimit { documents: 1, ..SizeLimit::MANAGED };
        let widths = [Width::Exact, Width::ByStack, Width::Everything];
        deployment.add(Kind::Boundary, &widths, limit, |_| 0, |width| writer.boundary(&program, width));
        for holder in &program.holders {
            let resource = writer.names.resource(holder.place);
            if resource.schema.name() != "AWS::IAM::Group"
                && resource.property("PermissionsBoundary").is_none()
            {
                deployment.unbounded.push(holder.place);
            }
            deployment.foreign.extend(holder.foreign.iter().cloned());
        }
        deployment.foreign.sort();
        deployment.foreign.dedup();
    }
    deployment.guarded.extend(guards.iter().map(|guard| guard.place));
    deployment.guarded.dedup();
    if question.tags.is_empty() {
        let changes = |action: &str| {
            iam::action(action)
                .is_some_and(|known| !matches!(known.level, AccessLevel::List | AccessLevel::Read))
        };
        let wide = needs.iter().filter(|need| need.breadth == Some(Breadth::MadeByService));
        let wide: BTreeSet<&str> =
            wide.map(|need| need.action.as_str()).filter(|action| changes(action)).collect();
        deployment.unbounded_by_tags = wide.into_iter().map(str::to_owned).collect();
    }
    deployment.needs = needs;
    deployment
}

impl Deployment {
    /// Adds a policy, as exact as fits the limit.
    fn add(
        &mut self,
        kind: Kind,
        widths: &[Width],
        limit: SizeLimit,
        least: impl Fn(Width) -> usize,
        policy: impl Fn(Width) -> Policy,
    ) {
        let mut problem = None;
        for width in widths {
            // To put together what cannot fit takes long.
            let size = least(*width);
            if size > limit.characters * limit.documents {
                problem = Some(TooLarge { size, limit, origins: Vec::new() });
                continue;
            }
            match split(&policy(*width), limit) {
                Ok(parts) => {
                    if *width != Width::Exact {
                        self.wide.push((kind, *width));
                    }
                    self.documents.push(Document { kind, parts });
                    return;
                }
                Err(too_large) => problem = Some(too_large),
            }
        }
        self.too_large.extend(problem.map(|problem| (kind, problem)));
    }
}

/// The ARN of something of IAM in the account.
fn own(names: &Names<'_>, what: &str) -> Parts {
    let mut parts = text("arn:").0;
    parts.extend(names.partition(0).0);
    parts.extend(text(":iam::").0);
    parts.extend(names.account().0);
    parts.extend(text(format!(":{what}")).0);
    tidy(Parts(parts))
}

/// Writes policies.
struct Writer<'a> {
    question: &'a Question<'a>,
    names: Names<'a>,
    roles: &'a RoleNames,
}

impl Writer<'_> {
    /// What the service role may do in a phase.
    fn service(&self, needs: &[Need], phase: Phase, width: Width) -> Policy {
        let of_phase = needs.iter().enumerate().filter(|(_, need)| need.phases.has(phase));
        // By action first: thousands of statements of one action each would take long to merge.
        let mut by_action: BTreeMap<(&str, &[Condition]), (Vec<Parts>, Vec<u32>)> = BTreeMap::new();
        for (at, need) in of_phase {
            let (resources, origins) = by_action.entry((&need.action, &need.conditions)).or_default();
            resources.extend(need.resources.iter().map(|arn| self.widened(arn, width)));
            origins.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        let statements =
            by_action.into_iter().map(|((action, conditions), (resources, origins))| Statement {
                conditions: conditions.to_vec(),
                origins,
                ..Statement::allow(Actions::of([action]), Resources::of(distinct(resources)))
            });
        merge(&Policy { statements: statements.collect() })
    }

    /// How many characters a policy of a phase has at least: each resource stands in it once.
    fn least(&self, needs: &[Need], phase: Phase, width: Width) -> usize {
        let of_phase = needs.iter().filter(|need| need.phases.has(phase));
        let all: BTreeSet<String> = of_phase
            .flat_map(|need| need.resources.iter().map(|arn| self.widened(arn, width).to_string()))
            .collect();
        // A symbol is shown by its name, which is longer than the shortest that it may stand for.
        let symbols = |arn: &str| arn.matches('{').count() * "{AWS::AccountId}".len();
        all.iter().map(|arn| arn.len().saturating_sub(symbols(arn))).sum()
    }

    /// What the service role must not delete.
    fn guards(&self, guards: &[Need], phase: Phase) -> Vec<Statement> {
        let of_phase = guards.iter().filter(|guard| guard.phases.has(phase));
        let deny = |guard: &Need| {
            Statement::deny(Actions::of([&guard.action]), Resources::of(guard.resources.iter().cloned()))
        };
        merge(&Policy { statements: of_phase.map(deny).collect() }).statements
    }

    /// Nobody who deploys changes who may deploy.
    fn own_roles(&self) -> Statement {
        let roles = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Boundary);
        let roles = roles.map(|kind| format!("role/{}", self.roles.of(kind)));
        let policies = Kind::ALL.into_iter().flat_map(|kind| {
            let name = self.roles.of(kind);
            let numbered = (kind != Kind::Boundary).then(|| format!("policy/{name}-*"));
            [Some(format!("policy/{name}")), numbered].into_iter().flatten()
        });
        let arns = roles.chain(policies).map(|what| own(&self.names, &what));
        Statement::deny(Actions::of(["iam:*"]), Resources::of(arns))
    }

    /// What whoever starts a deployment may do: nothing but that.
    fn ci(&self) -> Policy {
        let stacks: Vec<Parts> = (0..self.names.stacks.len()).map(|at| self.stack(at)).collect();
        let deployers: Vec<Parts> = [Phase::Create, Phase::Update]
            .map(|phase| own(&self.names, &format!("role/{}", self.roles.of(Kind::Service(phase)))))
            .into();
        let with_role = Condition::new("ArnEquals", "cloudformation:RoleArn", deployers.iter().cloned());
        let mut statements = Vec::new();
        let mut start = Statement::allow(
            Actions::of(["cloudformation:CreateChangeSet", "cloudformation:ContinueUpdateRollback"]),
            Resources::of(stacks.iter().cloned()),
        );
        start.conditions.extend(with_role);
        statements.push(start);
        let mut follow = vec![
            "cloudformation:DeleteChangeSet",
            "cloudformation:DescribeChangeSet",
            "cloudformation:DescribeEvents",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStackResources",
            "cloudformation:DescribeStacks",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:GetTemplate",
            "cloudformation:GetTemplateSummary",
            "cloudformation:ListChangeSets",
            "cloudformation:ListStackResources",
        ];
        if !self.question.tags.is_empty() || self.question.tagged {
            follow.push("cloudformation:TagResource");
        }
        statements.push(Statement::allow(Actions::of(follow), Resources::of(stacks)));
        statements.push(Statement::allow(
            Actions::of(["cloudformation:ValidateTemplate"]),
            Resources::of([text("*")]),
        ));
        let mut pass = Statement::allow(Actions::of(["iam:PassRole"]), Resources::of(deployers));
        pass.conditions.extend(Condition::new(
            "StringEquals",
            "iam:PassedToService",
            ["cloudformation.amazonaws.com"],
        ));
        statements.push(pass);
        statements.extend(self.uploads());
        merge(&Policy { statements })
    }

    /// Archives go to a bucket, and so do templates that are too long for a request.
    fn uploads(&self) -> Vec<Statement> {
        let has_archives = self.names.stacks.iter().any(|stack| !stack.assets.is_empty());
        let bucket = match self.question.artifacts {
            Some(bucket) => bucket,
            None if has_archives => "*",
            None => return Vec::new(),
        };
        let of_bucket = |ending: &str| {
            let mut parts = text("arn:").0;
            parts.extend(self.names.partition(0).0);
            parts.extend(text(format!(":s3:::{bucket}{ending}")).0);
            tidy(Parts(parts))
        };
        let objects =
            Statement::allow(Actions::of(["s3:GetObject", "s3:PutObject"]), Resources::of([of_bucket("/*")]));
        // Without it an archive that is not there yet looks like one that must not be read.
        let listing = Statement::allow(Actions::of(["s3:ListBucket"]), Resources::of([of_bucket("")]));
        let within_account = |mut statement: Statement| {
            statement.conditions.extend(self.within_account(bucket));
            statement
        };
        [objects, listing].map(within_account).into()
    }

    fn within_account(&self, bucket: &str) -> Option<Condition> {
        let account = self.question.account.filter(|_| bucket == "*")?;
        Condition::new("StringEquals", "aws:ResourceAccount", [account]).ok()
    }

    fn stack(&self, at: usize) -> Parts {
        let mut parts = text("arn:").0;
        parts.extend(self.names.partition(at).0);
        parts.extend(text(":cloudformation:").0);
        parts.extend(self.names.region(at).0);
        parts.extend(text(":").0);
        parts.extend(self.names.account().0);
        parts.extend(text(format!(":stack/{}/*", self.names.stacks[at].name)).0);
        tidy(Parts(parts))
    }

    /// The most that any role of the application may do: what all of them may, but for managing permissions.
    fn boundary(&self, program: &ci_access::program::Program<'_>, width: Width) -> Policy {
        let mut statements = Vec::new();
        for grant in program.holders.iter().flat_map(|holder| &holder.grants) {
            if grant.statement.effect != Effect::Allow {
                continue;
            }
            let actions = match &grant.statement.actions {
                Actions::Of(_) => without_permissions(&grant.actions),
                all_but @ Actions::AllBut(_) => Some(all_but.clone()),
            };
            let Some(actions) = actions else { continue };
            let resources = match &grant.statement.resources {
                Resources::Of(patterns) => {
                    let known = patterns.iter().flat_map(|pattern| self.resolved(pattern));
                    let known: Vec<Parts> = known.map(|arn| self.widened(&arn, width)).collect();
                    Resources::of(distinct(known))
                }
                other => other.clone(),
            };
            statements.push(Statement::allow(actions, resources));
        }
        merge(&Policy { statements })
    }

    /// An ARN, less exact where that makes a policy shorter: all of a stack's names are one.
    fn widened(&self, arn: &Parts, width: Width) -> Parts {
        match width {
            Width::Exact => arn.clone(),
            Width::Everything => text("*"),
            Width::ByStack => {
                let mut short = Vec::new();
                for part in &arn.0 {
                    let Part::Text(known) = part else {
                        short.push(part.clone());
                        continue;
                    };
                    let lower = known.to_ascii_lowercase();
                    let ends = self.names.stacks.iter().filter_map(|stack| {
                        let begin = format!("{}-", stack.name).to_ascii_lowercase();
                        lower.find(&begin).map(|at| at + begin.len())
                    });
                    // The longest name is the stack's own: others may be its beginning.
                    match ends.max() {
                        Some(end) => {
                            short.push(Part::Text(format!("{}*", &known[..end]).into()));
                            return Parts(short);
                        }
                        None => short.push(part.clone()),
                    }
                }
                Parts(short)
            }
        }
    }

    /// A pattern with what is known of the symbols in it.
    fn resolved(&self, pattern: &Pattern) -> Vec<Parts> {
        let mut all = vec![Parts::default()];
        for token in pattern.tokens() {
            let next = match token {
                ci_access::Token::Letter(ci_access::Letter::Symbol(symbol)) => self.names.symbol(symbol, 6),
                ci_access::Token::Letter(ci_access::Letter::Char(char)) => vec![text(char.to_string())],
                ci_access::Token::One { .. } => vec![text("?")],
                ci_access::Token::Run { .. } => vec![text("*")],
                ci_access::Token::Variable { key, .. } => vec![text(format!("${{{key}}}"))],
            };
            let joined = all.iter().flat_map(|before| {
                next.iter().map(|next| Parts([before.0.as_slice(), next.0.as_slice()].concat()))
            });
            all = joined.collect();
        }
        all.into_iter().map(tidy).collect()
    }
}

/// Actions without those that manage permissions; `None` if nothing is left.
fn without_permissions(actions: &[String]) -> Option<Actions> {
    let manages = |action: &str| {
        iam::action(action).is_some_and(|known| known.level == AccessLevel::PermissionsManagement)
    };
    let mut kept: Vec<String> = Vec::new();
    for action in actions {
        if !action.contains(['*', '?']) {
            kept.extend((!manages(action)).then(|| action.clone()));
            continue;
        }
        let Actions::Of(names) = Actions::of([action]).expand() else { continue };
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        if names.iter().any(|name| manages(name)) {
            kept.extend(names.into_iter().filter(|name| !manages(name)));
        } else {
            kept.push(action.clone());
        }
    }
    (!kept.is_empty()).then(|| Actions::of(kept))
}

fn distinct(mut resources: Vec<Parts>) -> Vec<Parts> {
    resources.sort_by_cached_key(Parts::to_string);
    resources.dedup();
    resources
}
