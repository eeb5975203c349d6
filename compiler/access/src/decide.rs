//! Whether a request may happen: all policies that have a say, in AWS's order of evaluation.
//!
//! An explicit denial anywhere is final. Otherwise somebody must allow it: the caller's side, the resource's side or
//! both, depending on whose account the resource is in and what it is. Of the policies that only limit (service control
//! policies, boundaries, session policies) each must allow it too.
//!
//! Resource control policies limit by denying only: AWS attaches one that allows everything and cannot be detached.

use crate::policy::{Effect, Principals, applies, applies_to_anyone};
use crate::principal::fields;
use crate::request::Request;
use crate::{Policy, Principal, Statement, Truth, glob};

/// The policies that have a say in a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// Attached to the caller.
    pub identity: &'a [Policy],
    /// Attached to the resource: a bucket's or a key's policy, the trust policy of a role.
    pub resource: Option<&'a Policy>,
    /// The caller's permissions boundary.
    pub boundary: Option<&'a Policy>,
    /// Given when the session was made.
    pub session: Option<&'a Policy>,
    /// Of the caller's organization, for each level from the root to the account.
    pub service_control: &'a [Vec<Policy>],
    /// Of the resource's organization, for each level from the root to the account.
    pub resource_control: &'a [Vec<Policy>],
}

/// A sort of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the fields of `Policies` say what they are")]
pub enum Layer {
    Identity,
    Resource,
    Boundary,
    Session,
    ServiceControl,
    ResourceControl,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It happens.
    Allowed,
    /// A statement denies it.
    ExplicitlyDenied,
    /// Nothing allows it that would have to.
    ImplicitlyDenied,
    /// That depends on what is not known about the request.
    Unknown,
}

/// What decided a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// In which layer.
    pub layer: Layer,
    /// Where the deciding statement is from. `None`: no statement there allows it.
    pub origins: Option<Vec<u32>>,
}

/// What becomes of a request, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What becomes of it.
    pub verdict: Verdict,
    /// What decided that: the statement that denies it, those that allow it, the layers where nothing does; or all
    /// statements that may or may not apply.
    pub reasons: Vec<Reason>,
}

/// Decides a request.
pub fn evaluate(request: &Request, policies: &Policies<'_>) -> Decision {
    let account = request.caller.account();
    // Those who have no account are in no organization, and nothing is attached to them.
    let is_limited = account.is_some();
    let layers = layers(policies, is_limited);

    let denials: Vec<(Layer, &Statement, Truth)> = layers
        .iter()
        .flat_map(|(layer, policy)| policy.statements.iter().map(|statement| (*layer, statement)))
        .filter(|(_, statement)| statement.effect == Effect::Deny)
        .map(|(layer, statement)| (layer, statement, applies(statement, request)))
        .collect();
    if let Some((layer, statement, _)) = denials.iter().find(|(.., truth)| *truth == Truth::Yes) {
        return Decision {
            verdict: Verdict::ExplicitlyDenied,
            reasons: vec![Reason { layer: *layer, origins: Some(statement.origins.clone()) }],
        };
    }

    let mut granted = Granted { maybe: Vec::new() };
    let identity = granted.any(Layer::Identity, policies.identity, request);
    let one = std::slice::from_ref;
    let boundary = policies.boundary.map(|policy| granted.any(Layer::Boundary, one(policy), request));
    let session = policies.session.map(|policy| granted.any(Layer::Session, one(policy), request));
    let levels: Vec<Grant> = policies
        .service_control
        .iter()
        .filter(|_| is_limited)
        .map(|level| granted.any(Layer::ServiceControl, level, request))
        .collect();
    let resource = policies.resource.map(|policy| granted.resource(policy, request)).unwrap_or_default();

    let same_account = match (&account, &request.resource_account) {
        (Some(account), Some(owner)) => account == owner,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let limits: Vec<&Grant> = boundary.iter().chain(&session).collect();
    let by_caller: Vec<&Grant> = std::iter::once(&identity).chain(limits.iter().copied()).collect();
    // Each way is a list of grants that are needed together.
    let mut ways: Vec<Vec<&Grant>> = Vec::new();
    if same_account {
        // What names everyone, a user or a session is not limited by the boundary and the session's policy; what names a
        // role is.
        ways.extend([&resource.session, &resource.everyone].into_iter().flatten().map(|grant| vec![grant]));
        if let Some(grant) = &resource.identity {
            let limits = if request.caller.is_session() { limits.as_slice() } else { &[] };
            ways.push(std::iter::once(grant).chain(limits.iter().copied()).collect());
        }
        if needs_resource_policy(request) {
            let account = resource.account.as_ref();
            ways.extend(
                account.map(|grant| std::iter::once(grant).chain(by_caller.iter().copied()).collect()),
            );
        } else {
            ways.push(by_caller.clone());
        }
    } else {
        for grant in resource.all() {
            let caller: &[&Grant] = if is_limited { &by_caller } else { &[] };
            ways.push(std::iter::once(grant).chain(caller.iter().copied()).collect());
        }
    }
    let levels_allow = Truth::all(levels.iter().map(|grant| grant.truth));
    let truth_of = |way: &Vec<&Grant>| Truth::all(way.iter().map(|grant| grant.truth));
    let allowed = Truth::any(ways.iter().map(truth_of)).and(levels_allow);
    let denied = Truth::any(denials.iter().map(|(.., truth)| *truth));

    match allowed.and(denied.negate()) {
        Truth::Yes => {
            let way = ways.into_iter().find(|way| truth_of(way) == Truth::Yes).unwrap_or_default();
            let reasons = way.into_iter().chain(&levels).map(Grant::reason).collect();
            Decision { verdict: Verdict::Allowed, reasons }
        }
        Truth::No => {
            let missing = by_caller.iter().copied().chain(&levels).filter(|grant| grant.truth == Truth::No);
            let mut reasons: Vec<Reason> = missing.map(Grant::reason).collect();
            if (needs_resource_policy(request) || !same_account) && resource.all().next().is_none() {
                reasons.push(Reason { layer: Layer::Resource, origins: None });
            }
            reasons.dedup();
            Decision { verdict: Verdict::ImplicitlyDenied, reasons }
        }
        Truth::Maybe => {
            let open = denials.iter().filter(|(.., truth)| *truth == Truth::Maybe);
            let open = open.map(|(layer, statement, _)| (*layer, *statement)).chain(granted.maybe);
            let reasons = open
                .map(|(layer, statement)| Reason { layer, origins: Some(statement.origins.clone()) })
                .collect();
            Decision { verdict: Verdict::Unknown, reasons }
        }
    }
}

/// All policies that can deny.
fn layers<'a>(policies: &Policies<'a>, is_limited: bool) -> Vec<(Layer, &'a Policy)> {
    let mut layers = Vec::new();
    if is_limited {
        layers.extend(policies.identity.iter().map(|policy| (Layer::Identity, policy)));
        layers.extend(policies.boundary.map(|policy| (Layer::Boundary, policy)));
        layers.extend(policies.session.map(|policy| (Layer::Session, policy)));
        layers
            .extend(policies.service_control.iter().flatten().map(|policy| (Layer::ServiceControl, policy)));
    }
    layers.extend(policies.resource.map(|policy| (Layer::Resource, policy)));
    layers.extend(policies.resource_control.iter().flatten().map(|policy| (Layer::ResourceControl, policy)));
    layers
}

/// Only the policy of a key says who may use it, and only that of a role who may assume it.
fn needs_resource_policy(request: &Request) -> bool {
    let action = request.action.to_string().to_ascii_lowercase();
    let resource = fields(request.resource.letters());
    let named = |prefix: &str| {
        resource.get(5).is_some_and(|name| {
            let mut name = name.iter();
            prefix.chars().all(|char| name.next() == Some(&crate::Letter::Char(char)))
        })
    };
    (action.starts_with("kms:") && named("key/")) || action.starts_with("sts:assumerole")
}

/// Whether a layer allows a request, and by which statement.
struct Grant {
    layer: Layer,
    truth: Truth,
    origins: Option<Vec<u32>>,
}

impl Grant {
    fn reason(&self) -> Reason {
        Reason { layer: self.layer, origins: self.origins.clone() }
    }
}

/// What the policy of a resource grants, by how it names the caller.
#[derive(Default)]
struct OfResource {
    session: Option<Grant>,
    identity: Option<Grant>,
    everyone: Option<Grant>,
    account: Option<Grant>,
}

impl OfResource {
    fn all(&self) -> impl Iterator<Item = &Grant> {
        [&self.session, &self.identity, &self.everyone, &self.account].into_iter().flatten()
    }
}

/// Looks for grants, and notes the statements of which it is open whether they apply.
struct Granted<'a> {
    maybe: Vec<(Layer, &'a Statement)>,
}

impl<'a> Granted<'a> {
    fn any(&mut self, layer: Layer, policies: &'a [Policy], request: &Request) -> Grant {
        let mut grant = Grant { layer, truth: Truth::No, origins: None };
        for statement in policies.iter().flat_map(|policy| &policy.statements) {
            if statement.effect == Effect::Allow {
                let truth = applies(statement, request);
                self.note(layer, statement, truth);
                if truth > grant.truth {
                    grant = Grant { layer, truth, origins: Some(statement.origins.clone()) };
                }
            }
        }
        grant
    }

    fn note(&mut self, layer: Layer, statement: &'a Statement, truth: Truth) {
        if truth == Truth::Maybe {
            self.maybe.push((layer, statement));
        }
    }

    fn resource(&mut self, policy: &'a Policy, request: &Request) -> OfResource {
        let mut found = OfResource::default();
        for statement in &policy.statements {
            if statement.effect == Effect::Deny {
                continue;
            }
            let truth = applies_to_anyone(statement, request);
            if truth == Truth::No {
                continue;
            }
            for place in named_as(&mut found, statement, request) {
                if place.as_ref().is_none_or(|grant| grant.truth < truth) {
                    let origins = Some(statement.origins.clone());
                    *place = Some(Grant { layer: Layer::Resource, truth, origins });
                    self.note(Layer::Resource, statement, truth);
                }
            }
        }
        found
    }
}

/// The ways in which a statement names the caller.
fn named_as<'a>(
    found: &'a mut OfResource,
    statement: &Statement,
    request: &Request,
) -> Vec<&'a mut Option<Grant>> {
    let is_caller = |principal: &Principal| glob::any_matches(&principal.patterns(), request.caller.text());
    let OfResource { session, identity, everyone, account } = found;
    match &statement.principals {
        Principals::Of(principals) => {
            let named: Vec<&Principal> = principals.iter().filter(|principal| is_caller(principal)).collect();
            let has = |wanted: fn(&Principal) -> bool| named.iter().any(|principal| wanted(principal));
            [
                (session, has(|principal| matches!(principal, Principal::Session(_)))),
                (everyone, has(|principal| matches!(principal, Principal::Everyone))),
                (account, has(|principal| matches!(principal, Principal::Account(_)))),
                (
                    identity,
                    has(|principal| {
                        !matches!(
                            principal,
                            Principal::Session(_) | Principal::Everyone | Principal::Account(_)
                        )
                    }),
                ),
            ]
            .into_iter()
            .filter_map(|(place, is_named)| is_named.then_some(place))
            .collect()
        }
        Principals::AllBut(principals) if principals.iter().any(is_caller) => Vec::new(),
        // The policy of a resource without principals is one that IAM does not take.
        Principals::AllBut(_) | Principals::Attached => vec![everyone],
    }
}

#[cfg(test)]
mod tests;
