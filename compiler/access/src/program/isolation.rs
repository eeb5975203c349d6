//! Isolation: nobody of one service may do anything with a resource of another one, but along a declared edge.
//!
//! What is proved is about the policies as they are emitted. For every holder of rights, every statement that allows and
//! every resource of another service: if the statement may be about the resource, there is an edge that says so. An edge is
//! a capability that crossed the interface, an ARN that the other service provides, or a statement that the other service
//! wrote itself. Where it is not known what a text means it is taken for all that it may mean; conditions count as true.
//!
//! Statements that name a resource by itself are decided by whose it is. Only texts are compared with names, and only with
//! those of the service that the text names.
//!
//! Must not know: the source, how a violation is told.

use std::collections::BTreeSet;
use std::sync::Arc;

use ci_catalog::iam;
use ci_graph::{Origin, Stack};

use super::names::{Beginning, Deployed, Named, Names, beginning, form, resolved, service_of};
use super::value::Reader;
use super::{Grant, Holder, Place, Program};
use crate::glob;
use crate::{Actions, Effect, Letter, Pattern, Principal, Principals, Resources, Token};

/// What a proof says.
pub const CLAIM: &str = "nobody of one service may do anything with a resource of another one but along the edges below: \
    under AWS's rules of evaluation, for the policies of roles, users, groups and resources as they are emitted";

/// What a proof says nothing about.
pub const NOT_COVERED: &str = "not covered: whoever is not of the program, policies that are named and not written here, \
    changes by hand, service-linked roles, what is shared by RAM, data that an allowed reader copies, side channels, and \
    what a parameter will name";

/// What was found about the isolation of services.
#[derive(Debug, Default)]
pub struct Isolation {
    /// Who may do what nothing declares.
    pub violations: Vec<Violation>,
    /// What is declared and used.
    pub edges: Vec<Edge>,
    /// Statements about what only the deployment tells, `{ParameterName}`: nothing is said of them.
    pub open: Vec<Open>,
}

/// Somebody may do something with a resource of another service, and nothing declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Who.
    pub who: Place,
    /// What, as IAM names it.
    pub action: String,
    /// With which resource; the first of them.
    pub resource: Place,
    /// With how many others.
    pub more: usize,
    /// The text that may mean it.
    pub text: String,
    /// The stack that the statement was written in.
    pub stack: usize,
    /// Where.
    pub origin: Origin,
}

/// Somebody may do something with a resource of another service, as is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Who.
    pub who: Place,
    /// With which resource.
    pub resource: Place,
    /// What.
    pub actions: Vec<String>,
    /// The capability that it is by, if it is by one: `ShippingSend`.
    pub capability: Option<Arc<str>>,
    /// The stack that the statement was written in.
    pub stack: usize,
    /// Where.
    pub origin: Origin,
}

/// A statement about what only the deployment tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// Whose it is.
    pub who: Place,
    /// What it is about, in words.
    pub text: String,
    /// The stack that it was written in.
    pub stack: usize,
    /// Where.
    pub origin: Origin,
}

/// How much was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Roles, users and groups.
    pub principals: usize,
    /// Resources that an ARN can name.
    pub resources: usize,
    /// Resources without a known form of ARN: no policy can name them alone.
    pub without_arn: usize,
    /// Combinations of a principal, an action and a resource of another service.
    pub decided: usize,
}

/// A text in a statement that may mean resources of others.
struct Suspect<'a> {
    holder: &'a Holder,
    grant: &'a Grant,
    pattern: Pattern,
}

/// Proves that the services of a target are isolated, or finds what shows that they are not.
pub fn isolation(program: &Program<'_>, deployed: &Deployed) -> Isolation {
    let mut found = Isolation::default();
    found.open.extend(program.late.iter().map(|(place, origin)| Open {
        who: *place,
        text: "a policy that is put together at deployment".to_owned(),
        stack: place.stack,
        origin: *origin,
    }));
    let suspects = suspects(program, &mut found);
    let by_text = principals_by_text(program);
    if suspects.is_empty() && by_text.is_empty() {
        return found;
    }
    let mut services = services(program, &suspects, deployed);
    if let Some(services) = services.as_mut().filter(|_| !by_text.is_empty()) {
        services.insert("iam".to_owned());
    }
    let names = Names::read(&program.stacks, deployed, services.as_ref());
    for suspect in &suspects {
        let own = suspect.holder.place.stack;
        let is_other = |named: &Named| named.place.stack != own;
        let reached = reached(program, suspect, &names, deployed, &is_other);
        let mut undeclared = Vec::new();
        for (named, action) in reached {
            let owner = named.place.stack;
            if suspect.grant.stack == owner || declared(program, suspect, &action, owner) {
                found.edges.push(edge(program, suspect.holder, suspect.grant, named.place));
            } else {
                undeclared.push((named, action));
            }
        }
        found.violations.extend(violation(suspect, &undeclared));
    }
    for (guarded, grant, pattern) in by_text {
        let (pattern, has_names) = resolved(&program.stacks, &pattern, deployed);
        let roles = names.of(Some("iam")).filter(|named| named.place.stack != guarded.stack);
        let named = roles.filter(|named| named.may_be(&pattern, has_names)).collect::<Vec<_>>();
        if let Some(first) = named.first() {
            found.violations.push(Violation {
                who: first.place,
                action: grant.actions.first().cloned().unwrap_or_default(),
                resource: guarded,
                more: 0,
                text: pattern.to_string(),
                stack: grant.stack,
                origin: grant.origin,
            });
        }
    }
    found
}

/// What names a resource of another service by a text: a role to act as, or the resource that its policy is for. What is
/// provided is named by a reference.
pub fn reaching_over<'p>(program: &'p Program<'_>) -> impl Iterator<Item = &'p super::ByText> {
    program.by_text.iter().filter(|named| named.who.stack != named.what.stack)
}

/// Who of one deployment may do something with a resource of another one: a role for trying things out whose pattern
/// also means what customers depend on.
///
/// Nothing is found between different accounts: there a policy of the resource would have to allow it as well.
pub fn across(one: (&Program<'_>, &Deployed), other: (&[&Stack], &Deployed)) -> Vec<Violation> {
    let (program, deployed) = one;
    if let (Some(here), Some(there)) = (&deployed.account, &other.1.account)
        && here != there
    {
        return Vec::new();
    }
    let suspects = suspects(program, &mut Isolation::default());
    if suspects.is_empty() {
        return Vec::new();
    }
    let services = services(program, &suspects, deployed);
    let own = Names::read(&program.stacks, deployed, services.as_ref());
    let names = Names::read(other.0, other.1, services.as_ref());
    // What is called the same in both is meant by its own name.
    let is_other = |named: &Named| {
        named.name.is_none()
            || !own
                .of(named.form.split(':').nth(2))
                .any(|known| known.name == named.name && known.form == named.form)
    };
    let mut found = Vec::new();
    for suspect in &suspects {
        let reached = reached(program, suspect, &names, deployed, &is_other);
        found.extend(violation(suspect, &reached));
    }
    found
}

/// How much a proof is about.
pub fn counts(program: &Program<'_>, deployed: &Deployed) -> Counts {
    let names = Names::read(&program.stacks, deployed, None);
    let all = program.stacks.iter().map(|stack| stack.resources.len()).sum::<usize>();
    let mut decided = 0;
    for named in names.of(None) {
        let others = program.holders.iter().filter(|holder| holder.place.stack != named.place.stack).count();
        if others > 0 {
            decided += others * actions_of(&named.form);
        }
    }
    Counts {
        principals: program.holders.len(),
        resources: names.count,
        without_arn: all - names.count,
        decided,
    }
}

/// How many actions IAM knows on resources of a form.
fn actions_of(of: &str) -> usize {
    let service = of.split(':').nth(2).and_then(iam::service);
    let Some(service) = service else { return 0 };
    service.actions().iter().filter(|action| fits(service, action, of)).count()
}

/// The texts that may mean resources of others; what is decided by whose it is becomes an edge, or nothing.
fn suspects<'a>(program: &'a Program<'_>, found: &mut Isolation) -> Vec<Suspect<'a>> {
    let mut suspects = Vec::new();
    for holder in &program.holders {
        let own = &*program.stacks[holder.place.stack].name;
        for grant in holder.grants.iter().filter(|grant| grant.statement.effect == Effect::Allow) {
            let anything = [Pattern::anything()];
            let patterns = match &grant.statement.resources {
                Resources::Of(patterns) => patterns.as_slice(),
                Resources::AllBut(_) => &anything,
                Resources::Attached => &[],
            };
            for pattern in patterns {
                if is_within(own, pattern) {
                    continue;
                }
                match beginning(&program.stacks, pattern) {
                    Beginning::Within(place) if place.stack == holder.place.stack => {}
                    Beginning::Within(place) => found.edges.push(edge(program, holder, grant, place)),
                    Beginning::Late => found.open.push(Open {
                        who: holder.place,
                        text: format!("what will be named by {pattern}"),
                        stack: grant.stack,
                        origin: grant.origin,
                    }),
                    Beginning::Text if has_no_resources(grant) => {}
                    Beginning::Text => {
                        suspects.push(Suspect { holder, grant, pattern: pattern.clone() });
                    }
                }
            }
        }
    }
    suspects
}

/// The services that texts name; `None` if one of them may name any.
fn services(
    program: &Program<'_>,
    suspects: &[Suspect<'_>],
    deployed: &Deployed,
) -> Option<BTreeSet<String>> {
    let service =
        |suspect: &Suspect<'_>| service_of(&resolved(&program.stacks, &suspect.pattern, deployed).0);
    suspects.iter().map(service).collect()
}

/// Whether a pattern is a resource of the stack of this name, or within one: almost all are.
fn is_within(stack: &str, pattern: &Pattern) -> bool {
    let mut tokens = pattern.tokens().iter();
    let Some(Token::Letter(Letter::Symbol(symbol))) = tokens.next() else { return false };
    let is_own =
        symbol.name.strip_prefix(stack).is_some_and(|rest| rest.starts_with(':') && rest.contains('.'));
    is_own && matches!(tokens.next(), None | Some(Token::Letter(Letter::Char('/' | ':'))))
}

/// Whether none of a statement's actions is about a resource: what can only be allowed on `"*"` reaches nothing.
fn has_no_resources(grant: &Grant) -> bool {
    matches!(grant.statement.actions, Actions::Of(_))
        && grant
            .actions
            .iter()
            .all(|name| iam::action(name).is_some_and(|action| action.resources.is_empty()))
}

/// The policies of resources that name somebody by a text.
fn principals_by_text<'a>(program: &'a Program<'_>) -> Vec<(Place, &'a Grant, Pattern)> {
    let mut found = Vec::new();
    let trusts = program.holders.iter().map(|holder| (holder.place, &holder.trust));
    let guarded = program.guarded.iter().map(|guarded| (guarded.place, &guarded.grants));
    for (place, grants) in guarded.chain(trusts) {
        for grant in grants.iter().filter(|grant| grant.statement.effect == Effect::Allow) {
            let Principals::Of(principals) = &grant.statement.principals else { continue };
            for principal in principals {
                let Principal::Identity(text) = principal else { continue };
                let pattern = Pattern::of_text(text);
                if matches!(beginning(&program.stacks, &pattern), Beginning::Text) {
                    found.push((place, grant, pattern));
                }
            }
        }
    }
    found
}

/// The resources that a text may mean, each with an action of its statement that can be done with it.
fn reached<'n>(
    program: &Program<'_>,
    suspect: &Suspect<'_>,
    names: &'n Names,
    deployed: &Deployed,
    wanted: &dyn Fn(&Named) -> bool,
) -> Vec<(&'n Named, String)> {
    let (pattern, has_names) = resolved(&program.stacks, &suspect.pattern, deployed);
    let service = service_of(&pattern);
    let mut reached = Vec::new();
    let mut last: Option<(&str, Option<String>)> = None;
    for named in names.of(service.as_deref()).filter(|named| wanted(named)) {
        // Resources of one type stand together, and their actions are the same.
        let action = match &last {
            Some((form, action)) if *form == named.form => action.clone(),
            _ => applicable(suspect.grant, &named.form),
        };
        last = Some((&named.form, action.clone()));
        if let Some(action) = action
            && named.may_be(&pattern, has_names)
        {
            reached.push((named, action));
        }
    }
    reached
}

/// An action of a statement that can be done with resources of a form.
pub(super) fn applicable(grant: &Grant, form: &str) -> Option<String> {
    let of_service = |prefix: &str, wanted: &dyn Fn(&str) -> bool| {
        let service = iam::service(prefix)?;
        let mut actions =
            service.actions().iter().map(|action| (action, format!("{prefix}:{}", action.name)));
        actions.find(|(action, name)| fits(service, action, form) && wanted(name)).map(|(_, name)| name)
    };
    let prefix = form.split(':').nth(2).unwrap_or_default();
    let Actions::Of(patterns) = &grant.statement.actions else {
        let Actions::AllBut(but) = &grant.statement.actions else { return None };
        return of_service(prefix, &|name| !glob::any_matches(but, &name.into()));
    };
    grant.actions.iter().zip(patterns).find_map(|(name, pattern)| {
        let (service, rest) = name.split_once(':').unwrap_or((prefix, name));
        if !rest.contains(['*', '?']) {
            let known = iam::service(service)?;
            return fits(known, known.action_ignore_case(rest)?, form).then(|| name.clone());
        }
        let service = if service.contains(['*', '?']) { prefix } else { service };
        of_service(service, &|name| glob::matches(pattern, &name.into()))
    })
}

/// Whether an action can be done with resources of a form, or with what is in them. Of a form that the service does not
/// know, everything may be done with it.
fn fits(service: &iam::Service, action: &iam::Action, of: &str) -> bool {
    let forms = |name: &str| service.resource_type(name).map(|known| form(known.arn_template));
    if action
        .resources
        .iter()
        .filter_map(|resource| forms(resource.resource_type))
        .any(|form| form.starts_with(of))
    {
        return true;
    }
    let is_known = service.resource_types().iter().any(|known| form(known.arn_template) == of);
    !is_known && !action.resources.is_empty() && of.split(':').nth(2) == Some(service.prefix)
}

/// Whether a right that crossed an interface says the same as a statement: from the owner of the resource, or from
/// somebody who has it from there.
fn declared(program: &Program<'_>, suspect: &Suspect<'_>, action: &str, owner: usize) -> bool {
    let reader = Reader { stacks: &program.stacks };
    // From the stack that wrote the statement towards the owner; each is looked at once.
    let mut waiting = vec![suspect.grant.stack];
    let mut seen = waiting.clone();
    while let Some(at) = waiting.pop() {
        for used in &program.stacks[at].uses {
            let says = used.rights.iter().any(|right| {
                right.actions.iter().any(|known| known.eq_ignore_ascii_case(action))
                    && right.resources.iter().any(|resource| {
                        let texts = reader.texts(at, &resource.value);
                        texts.into_iter().any(|text| Pattern::resource(text) == suspect.pattern)
                    })
            });
            let Some(provider) = position(&program.stacks, &used.provider).filter(|_| says) else { continue };
            if provider == owner {
                return true;
            }
            if !seen.contains(&provider) {
                seen.push(provider);
                waiting.push(provider);
            }
        }
    }
    false
}

fn position(stacks: &[&Stack], name: &str) -> Option<usize> {
    stacks.iter().position(|stack| *stack.name == *name)
}

fn violation(suspect: &Suspect<'_>, reached: &[(&Named, String)]) -> Option<Violation> {
    let ((first, action), others) = reached.split_first()?;
    Some(Violation {
        who: suspect.holder.place,
        action: action.clone(),
        resource: first.place,
        more: others.len(),
        text: suspect.pattern.to_string(),
        stack: suspect.grant.stack,
        origin: suspect.grant.origin,
    })
}

fn edge(program: &Program<'_>, holder: &Holder, grant: &Grant, resource: Place) -> Edge {
    let provider = &program.stacks[resource.stack].name;
    let sid = grant.statement.sid.as_deref().unwrap_or_default();
    let mut uses = program.stacks[grant.stack].uses.iter();
    let used = uses.find(|used| used.provider == *provider && sid.starts_with(&*used.name));
    Edge {
        who: holder.place,
        resource,
        actions: grant.actions.clone(),
        capability: used.map(|used| Arc::clone(&used.name)),
        stack: grant.stack,
        origin: grant.origin,
    }
}
