//! Random requests with the policies that have a say in them, and random pairs of policies.
//!
//! They are near to each other on purpose: a policy is made from the request it is for, and then changed a little, so that
//! what matters is often decided by one character.

use ci_access::{
    Actions, Caller, Condition, Context, Effect, Policies, Policy, Principal, Principals, Request, Resources,
    Statement, json,
};
use serde_json::{Value, json as value};

/// Where all choices come from.
struct Random(u64);

impl Random {
    fn numbered(number: u64) -> Self {
        Self(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66_D1CE_4E5B)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn many<T>(&mut self, most: usize, mut with: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..=self.below(most)).map(|_| with(self)).collect()
    }
}

const HERE: &str = "111122223333";
const THERE: &str = "444455556666";

/// Actions, and a resource that each can be about in an account.
const USES: [(&str, &str); 9] = [
    ("s3:GetObject", "arn:aws:s3:::shop-data/orders/1"),
    ("s3:PutObject", "arn:aws:s3:::shop-data/orders/1"),
    ("s3:ListBucket", "arn:aws:s3:::shop-data"),
    ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:ACCOUNT:orders"),
    ("sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:ACCOUNT:orders"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:ACCOUNT:table/orders"),
    ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:ACCOUNT:function:pay"),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:ACCOUNT:key/0f1e2d3c"),
    ("sts:AssumeRole", "arn:aws:iam::ACCOUNT:role/reader"),
];

/// Keys, some values of each, and operators that compare it.
const TEXTS: [&str; 8] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringLikeIfExists",
];
const SETS: [&str; 8] = [
    "ForAllValues:StringEquals",
    "ForAnyValue:StringEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:StringLike",
    "ForAllValues:StringNotEquals",
    "ForAnyValue:StringNotLike",
    "ForAnyValue:StringEqualsIfExists",
    "Null",
];
const NUMBERS: [&str; 6] = [
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEqualsIfExists",
];
const DATES: [&str; 4] = ["DateLessThan", "DateGreaterThanEquals", "DateEquals", "DateNotEquals"];
const ADDRESSES: [&str; 3] = ["IpAddress", "NotIpAddress", "IpAddressIfExists"];
const ARNS: [&str; 5] = ["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals", "ArnLikeIfExists"];
const KEYS: [(&str, &[&str], &[&str]); 8] = [
    ("aws:PrincipalOrgID", &["o-shop", "O-Shop", "o-s*", "o-?hop", "o-other"], &TEXTS),
    ("aws:PrincipalTag/team", &["red", "Red", "r*", "blue", "*"], &TEXTS),
    ("aws:TagKeys", &["team", "cost", "t*", "stage"], &SETS),
    ("aws:MultiFactorAuthAge", &["10", "60", "60.5", "3600"], &NUMBERS),
    ("aws:CurrentTime", &["2026-01-01T00:00:00Z", "2026-06-30T12:00:00Z", "2027-01-01T00:00:00Z"], &DATES),
    ("aws:SourceIp", &["10.1.2.3", "10.1.0.0/16", "10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"], &ADDRESSES),
    ("aws:SecureTransport", &["true", "false"], &["Bool", "BoolIfExists", "Null"]),
    (
        "aws:SourceArn",
        &[
            "arn:aws:sns:eu-west-1:111122223333:news",
            "arn:aws:sns:*:*:news",
            "arn:aws:sns:eu-?est-1:*:n*s",
            "arn:aws:events:*:111122223333:rule/x",
        ],
        &ARNS,
    ),
];

/// Values that a request may have under a key: never patterns. No addresses of version 6: to the simulator they are of no
/// range of version 4 and not outside of it either, while IAM's manual wants `NotIpAddress` to hold.
fn request_value(key: &str, random: &mut Random) -> &'static str {
    match key {
        "aws:SourceIp" => random.pick(&["10.1.2.3", "10.2.0.1", "192.0.2.9"]),
        "aws:SourceArn" => random.pick(&[
            "arn:aws:sns:eu-west-1:111122223333:news",
            "arn:aws:events:eu-west-1:111122223333:rule/x",
        ]),
        "aws:PrincipalOrgID" => random.pick(&["o-shop", "O-SHOP", "o-other"]),
        "aws:PrincipalTag/team" => random.pick(&["red", "RED", "blue"]),
        "aws:TagKeys" => random.pick(&["team", "cost", "stage"]),
        "aws:MultiFactorAuthAge" => random.pick(&["10", "60", "61", "3600"]),
        "aws:CurrentTime" => random.pick(&["2026-01-01T00:00:00Z", "2026-03-01T10:00:00Z"]),
        _ => random.pick(&["true", "false"]),
    }
}

fn condition(random: &mut Random) -> Condition {
    let (key, values, operators) = random.pick(&KEYS);
    let operator = random.pick(operators);
    let values: Vec<&str> = match operator {
        "Null" => vec![random.pick(&["true", "false"])],
        _ => random.many(2, |random| random.pick(values)),
    };
    Condition::new(operator, key, values).unwrap()
}

/// A pattern near a text: the text itself, or with a part that is anything, or something else.
fn near(text: &str, random: &mut Random) -> String {
    let mut cut = "arn:".len() + random.below(text.len() + 1 - "arn:".len());
    // The simulator compares the first word of a name, `role` or `function`, as a text: no wildcards there.
    if let Some((before, name)) = text.match_indices(':').nth(4).map(|(at, _)| text.split_at(at + 1))
        && !text.contains(":s3:")
        && let Some(word) = name.find(['/', ':'])
        && (before.len()..=before.len() + word).contains(&cut)
    {
        cut = before.len() + word + 1;
    }
    match random.below(8) {
        0 | 1 => text.to_owned(),
        2 => "*".to_owned(),
        3 => format!("{}*", &text[..cut]),
        4 if cut < text.len() && text.as_bytes()[cut] != b':' => {
            format!("{}?{}", &text[..cut], &text[cut + 1..])
        }
        5 => {
            let to = cut + random.below(text.len() - cut + 1);
            // A star that replaces a colon makes fields of other fields, which simulators see in different ways.
            let to = text[cut..to].find(':').map_or(to, |colon| cut + colon);
            format!("{}*{}", &text[..cut], &text[to..])
        }
        6 => format!("{text}x"),
        _ => text.to_owned(),
    }
}

fn near_action(action: &str, random: &mut Random) -> String {
    let (service, name) = action.split_once(':').unwrap();
    match random.below(6) {
        0 => "*".to_owned(),
        1 => format!("{service}:*"),
        2 => random.pick(&USES).0.to_owned(),
        3 => action.to_uppercase().replace(&service.to_uppercase(), service),
        4 => format!("{service}:{}*", &name[..random.below(name.len())]),
        _ => action.to_owned(),
    }
}

/// What a statement may not say in its policy.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Identity,
    Resource,
    Control,
}

fn statement(request: &Request, kind: Kind, allows: bool, random: &mut Random) -> Statement {
    let (action, resource) = (request.action.to_string(), request.resource.to_string());
    let actions = Actions::of(random.many(2, |random| near_action(&action, random)));
    let resources = Resources::of(random.many(2, |random| near(&resource, random)));
    let is_trust = kind == Kind::Resource && action == "sts:AssumeRole";
    let mut statement =
        if allows { Statement::allow(actions, resources) } else { Statement::deny(actions, resources) };
    if random.one_in(8)
        && let Actions::Of(patterns) = &statement.actions
    {
        statement.actions = Actions::AllBut(patterns.clone());
    }
    if is_trust {
        statement.resources = Resources::Attached;
    } else if random.one_in(8)
        && let Resources::Of(patterns) = &statement.resources
    {
        statement.resources = Resources::AllBut(patterns.clone());
    }
    for _ in 0..random.below(3) {
        let condition = condition(random);
        let twice = statement.conditions.iter().any(|other| {
            other.key() == condition.key() && other.full_operator() == condition.full_operator()
        });
        if !twice {
            statement = statement.when(condition);
        }
    }
    if kind == Kind::Resource || (kind == Kind::Control && !allows && random.one_in(2)) {
        statement = statement.to(Principals::Of(vec![Principal::Everyone]));
    }
    if kind == Kind::Resource {
        let principal = match random.below(8) {
            0 => Principal::Everyone,
            1 => Principal::aws(HERE),
            2 => Principal::aws("arn:aws:iam::111122223333:user/ann"),
            3 => Principal::aws("arn:aws:iam::111122223333:role/worker"),
            4 => Principal::aws("arn:aws:sts::111122223333:assumed-role/worker/now"),
            5 => Principal::aws(format!("arn:aws:iam::{THERE}:root")),
            6 => Principal::Service("events.amazonaws.com".into()),
            _ => Principal::aws(
                random.pick(&["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/bob"]),
            ),
        };
        statement = statement.to(Principals::Of(vec![principal]));
    }
    statement
}

fn policy(request: &Request, kind: Kind, random: &mut Random) -> Policy {
    let statements = random.many(3, |random| {
        let allows = !random.one_in(4);
        statement(request, kind, allows, random)
    });
    Policy { statements }
}

/// A request and everything that has a say in it.
pub struct Scenario {
    pub request: Request,
    principal: Option<String>,
    identity: Vec<Policy>,
    resource: Option<Policy>,
    boundary: Option<Policy>,
    session: Option<Policy>,
    service_control: Vec<Vec<Policy>>,
    resource_control: Vec<Vec<Policy>>,
}

impl Scenario {
    pub fn numbered(number: u64) -> Self {
        let random = &mut Random::numbered(number);
        let (principal, caller) = match random.below(10) {
            0 => (None, Caller::anonymous()),
            1 => (Some("events.amazonaws.com"), Caller::service("events.amazonaws.com")),
            2..6 => {
                let arn = "arn:aws:iam::111122223333:user/ann";
                (Some(arn), Caller::user(arn))
            }
            _ => (
                Some("arn:aws:sts::111122223333:assumed-role/worker/now"),
                Caller::session("arn:aws:iam::111122223333:role/worker", "now"),
            ),
        };
        let signs = caller.account().is_some();
        let (action, resource) = random.pick(&USES);
        let owner = if random.one_in(3) { THERE } else { HERE };
        let mut context = Context::default();
        for (key, ..) in KEYS {
            if random.one_in(3) {
                continue;
            }
            let several = if key == "aws:TagKeys" { 2 } else { 1 };
            let values: Vec<&str> = random.many(several, |random| request_value(key, random));
            context = context.with(key, values);
        }
        let request = Request {
            caller,
            action: action.into(),
            resource: resource.replace("ACCOUNT", owner).into(),
            resource_account: Some(owner.into()),
            context,
        };
        let maybe = |random: &mut Random, kind: Kind, rarely: usize| {
            random.one_in(rarely).then(|| policy(&request, kind, random))
        };
        let identity = if signs {
            random.many(2, |random| policy(&request, Kind::Identity, random))
        } else {
            Vec::new()
        };
        let boundary = maybe(random, Kind::Identity, 4).filter(|_| signs);
        let is_session = principal.is_some_and(|principal| principal.contains("assumed-role"));
        // There is no key and no role without a policy.
        let always = action.starts_with("kms:") || action.starts_with("sts:");
        let resource = maybe(random, Kind::Resource, if always { 1 } else { 2 });
        // What a policy grants to everyone or to a session by its own ARN is not limited by the session's policy, IAM's
        // manual says, but to the simulator it is.
        let is_unlimited =
            |principal: &Principal| matches!(principal, Principal::Session(_) | Principal::Everyone);
        let names_session = resource.iter().flat_map(|policy| &policy.statements).any(
            |statement| matches!(&statement.principals, Principals::Of(of) if of.iter().any(is_unlimited)),
        );
        let session = maybe(random, Kind::Identity, 3).filter(|_| is_session && !names_session);
        let everything =
            Policy { statements: vec![Statement::allow(Actions::of(["*"]), Resources::of(["*"]))] };
        let mut service_control = Vec::new();
        if signs && random.one_in(3) {
            service_control = random.many(2, |random| {
                let mut level = policy(&request, Kind::Identity, random);
                if random.one_in(2) {
                    level.statements.extend(everything.statements.clone());
                }
                vec![level]
            });
        }
        let mut resource_control = Vec::new();
        if random.one_in(4) {
            let mut level = policy(&request, Kind::Control, random);
            for statement in &mut level.statements {
                statement.effect = Effect::Deny;
                statement.principals = Principals::Of(vec![Principal::Everyone]);
                // AWS wants actions of one service here.
                statement.actions = Actions::of([random.pick(&[action, "s3:*", "sqs:Send*", "kms:*"])]);
            }
            resource_control.push(vec![level]);
        }
        Self {
            principal: principal.map(str::to_owned),
            identity,
            resource,
            boundary,
            session,
            service_control,
            resource_control,
            request,
        }
    }

    pub fn with_policies<T>(&self, with: impl FnOnce(&Policies<'_>) -> T) -> T {
        with(&Policies {
            identity: &self.identity,
            resource: self.resource.as_ref(),
            boundary: self.boundary.as_ref(),
            session: self.session.as_ref(),
            service_control: &self.service_control,
            resource_control: &self.resource_control,
        })
    }

    /// The same for the simulator.
    pub fn simulation(&self) -> Value {
        let named = |policies: &[Policy]| -> Vec<Value> {
            let named = |(at, policy)| value!({ "name": format!("policy{at}"), "policy": document(policy) });
            policies.iter().enumerate().map(named).collect()
        };
        let levels = |levels: &[Vec<Policy>]| -> Vec<Value> {
            let level = |(at, policies): (usize, &Vec<Policy>)| value!({ "orgIdentifier": format!("ou-{at}"), "policies": named(policies) });
            levels.iter().enumerate().map(level).collect()
        };
        let context: serde_json::Map<String, Value> = self
            .request
            .context
            .iter()
            .map(|(key, values)| {
                let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
                let values = if key == "aws:tagkeys" { value!(texts) } else { value!(texts[0]) };
                (key.to_owned(), values)
            })
            .collect();
        let owner = self.request.resource_account.as_ref().map(ToString::to_string);
        let mut simulation = value!({
            "request": {
                "principal": self.principal,
                "action": self.request.action.to_string(),
                "resource": { "resource": self.request.resource.to_string(), "accountId": owner },
                "contextVariables": context,
            },
            "identityPolicies": named(&self.identity),
            "serviceControlPolicies": levels(&self.service_control),
            "resourceControlPolicies": levels(&self.resource_control),
        });
        if let Some(policy) = &self.resource {
            simulation["resourcePolicy"] = document(policy);
        }
        if let Some(policy) = &self.session {
            simulation["sessionPolicy"] = document(policy);
        }
        if let Some(policy) = &self.boundary {
            simulation["permissionBoundaryPolicies"] = named(std::slice::from_ref(policy)).into();
        }
        simulation
    }
}

fn document(policy: &Policy) -> Value {
    serde_json::from_str(&json(policy, |symbol| symbol.name.to_string())).expect("a document is JSON")
}

/// Two policies.
pub struct Pair {
    pub outer: Vec<Statement>,
    pub inner: Vec<Statement>,
}

const ACTIONS: [&str; 8] =
    ["*", "s3:*", "s3:Get*", "S3:get?bject", "s3:*Object", "s3:GetObject", "s3:PutObject", "sqs:Send*"];
/// Not ARNs: what they have in common costs the solver most of its time.
const NAMES: [&str; 9] = ["*", "a*", "*b", "a*b", "ab", "a?b", "*ab*", "?*", "ba*"];
const SOLVABLE: [&str; 10] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringEqualsIfExists",
    "Null",
    "NumericLessThan",
    "NumericGreaterThanEquals",
    "NumericNotEquals",
];

impl Pair {
    pub fn numbered(number: u64) -> Self {
        let random = &mut Random::numbered(number ^ 0xFACE);
        let mut outer = random.many(4, Self::statement);
        let mut inner = random.many(2, Self::statement);
        // Otherwise they would have little to do with each other.
        if random.one_in(2) {
            outer.extend(inner.iter().filter(|statement| statement.effect == Effect::Allow).cloned());
        }
        if random.one_in(3) {
            inner.extend(outer.iter().filter(|statement| statement.effect == Effect::Deny).cloned());
        }
        if random.one_in(4) {
            outer.push(Statement::allow(Actions::of(["s3:*"]), Resources::of(["*"])));
        }
        Self { outer, inner }
    }

    fn statement(random: &mut Random) -> Statement {
        let allows = !random.one_in(4);
        let mut actions = Actions::of(random.many(2, |random| random.pick(&ACTIONS)));
        let mut resources = Resources::of(random.many(2, |random| random.pick(&NAMES)));
        if random.one_in(6)
            && let Actions::Of(patterns) = actions
        {
            actions = Actions::AllBut(patterns);
        } else if random.one_in(6)
            && let Resources::Of(patterns) = resources
        {
            resources = Resources::AllBut(patterns);
        }
        let statement =
            if allows { Statement::allow(actions, resources) } else { Statement::deny(actions, resources) };
        if !random.one_in(3) {
            return statement;
        }
        let operator = random.pick(&SOLVABLE);
        let (key, values) = match operator {
            "Null" => (random.pick(&["aws:text", "aws:number"]), vec![random.pick(&["true", "false"])]),
            _ if operator.starts_with("Numeric") => {
                ("aws:number", random.many(2, |random| random.pick(&["1", "2", "2.5"])))
            }
            _ => ("aws:text", random.many(2, |random| random.pick(&["a", "A", "a*", "?b", "ab"]))),
        };
        // A star is a character to some operators, and the solver is to get no patterns from them.
        let plain = !operator.contains("Like");
        let values: Vec<&str> = values
            .into_iter()
            .map(|value| if plain && value.contains(['*', '?']) { "ab" } else { value })
            .collect();
        statement.when(Condition::new(operator, key, values).unwrap())
    }

    /// The same for the solver.
    pub fn question(&self) -> Value {
        let statements = |statements: &[Statement]| -> Vec<Value> {
            statements.iter().map(|statement| {
                let language = |patterns: Vec<String>, all_but: bool| value!({ "patterns": patterns, "all_but": all_but });
                let texts = |patterns: &[ci_access::Pattern]| patterns.iter().map(ToString::to_string).collect::<Vec<_>>();
                let actions = match &statement.actions {
                    Actions::Of(patterns) => language(texts(patterns), false),
                    Actions::AllBut(patterns) => language(texts(patterns), true),
                };
                let resources = match &statement.resources {
                    Resources::Of(patterns) => language(texts(patterns), false),
                    Resources::AllBut(patterns) => language(texts(patterns), true),
                    Resources::Attached => language(Vec::new(), true),
                };
                let conditions: Vec<Value> = statement.conditions.iter().map(|condition| {
                    value!([condition.full_operator(), condition.key(), texts(condition.values())])
                }).collect();
                value!({
                    "allow": statement.effect == Effect::Allow,
                    "actions": actions,
                    "resources": resources,
                    "conditions": conditions,
                })
            }).collect()
        };
        value!({ "outer": statements(&self.outer), "inner": statements(&self.inner) })
    }
}
