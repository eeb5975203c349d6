//! Whether somebody in a program may do something: the question of a test.
//!
//! "May" is asked of all requests at once: is there one that some statement allows, none denies and every boundary lets
//! through? It is answered by containment. What lies outside of the question (other actions, other resources) is taken as
//! allowed anyway; then what somebody may do is contained in that, or the way out of it is an example. Conditions count as
//! satisfied where they can be.
//!
//! Everything of a program lies in one account of the partition `aws`: that is how it is deployed.
//!
//! Must not know: what a test is, names of the source. Tested where there are programs, by tests in the language:
//! `compiler/project/src/testing/tests.rs`.

use ci_catalog::{ArnPart, arn_parts, iam};
use ci_graph::Value;

use super::value::{Reader, symbol_of};
use super::{Grant, Holder, Place, Program, read};
use crate::policy::names;
use crate::{
    Actions, Caller, Containment, Effect, Facts, Letter, Part, Parts, Pattern, Principal, Principals,
    Request, Resources, Statement, Symbol, Text, Token, Truth, applies, contains, glob,
};

/// What somebody may do, as far as it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// They may, for example this.
    Yes(Box<Example>),
    /// They may not.
    No,
    /// That depends on a policy that the program does not have: its ARN.
    Foreign(String),
}

/// Something that somebody may do.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The role or user.
    pub holder: Place,
    /// The action, as IAM writes it.
    pub action: String,
    /// The resource, as far as it is known: symbols in braces.
    pub resource: String,
    /// The statement that allows it.
    pub grant: Grant,
}

/// A resource, with the forms in which a statement may name it: by its attributes, and by what is known of its ARN.
#[derive(Clone, Debug)]
pub struct Target {
    place: Place,
    forms: Vec<Pattern>,
}

/// Statements with the grants they are from.
struct Granted<'p> {
    grants: Vec<&'p Grant>,
    /// One for each grant, its symbols resolved.
    statements: Vec<Statement>,
}

impl Program<'_> {
    /// The roles, users and groups that act for places: those that are there, and those whose users are.
    pub fn acting(&self, is_there: impl Fn(Place) -> bool) -> Vec<&Holder> {
        let acts =
            |holder: &&Holder| is_there(holder.place) || holder.users.iter().any(|user| is_there(*user));
        self.holders.iter().filter(acts).collect()
    }

    /// A resource that questions are asked about.
    pub fn target(&self, place: Place) -> Target {
        let mut forms = about(self, place, &mut Facts::default());
        let inner = separators(self.resource(place).schema.arn_template());
        forms.extend(super::value::arns(self, place).iter().flat_map(|arn| whole_and_inside(arn, &inner)));
        Target { place, forms }
    }

    /// Whether a role or user may do one of these actions: on something of one of the resources, or on anything.
    pub fn may(&self, holder: &Holder, actions: &Actions, on: Option<&[Target]>) -> Answer {
        let allows = |grant: &&Grant| {
            let statement = &grant.statement;
            statement.effect == Effect::Allow && meet(actions_of(&statement.actions), actions_of(actions))
        };
        let groups = groups(self, holder.place);
        let own = holder.grants.iter().chain(groups.iter().flat_map(|group| &group.grants));
        let own: Vec<&Grant> = own.filter(allows).collect();
        let guarded = self.guarded.iter().filter(|guarded| guarded.grants.iter().any(|grant| allows(&grant)));
        let guarded: Vec<Place> = guarded.map(|guarded| guarded.place).collect();
        // Most roles have nothing to do with most resources.
        let concerns = |target: &Target| {
            guarded.contains(&target.place)
                || own.iter().any(|grant| meet(resources_of(&grant.statement.resources), Some(&target.forms)))
        };
        let asked: Vec<Option<Place>> = match on {
            None if own.is_empty() && guarded.is_empty() => Vec::new(),
            None => vec![None],
            Some(targets) => {
                targets.iter().filter(|target| concerns(target)).map(|target| Some(target.place)).collect()
            }
        };
        let mut open = holder.foreign.first().map_or(Answer::No, |arn| Answer::Foreign(arn.clone()));
        for on in asked {
            match Asked::new(self, holder, on).answer(actions) {
                Answer::No => {}
                found @ Answer::Yes(_) => return found,
                found @ Answer::Foreign(_) => open = found,
            }
        }
        open
    }

    /// The actions that a role or user has by statements about a resource, as IAM writes them: sorted.
    pub fn allowed_on(&self, holder: &Holder, on: Place) -> Vec<String> {
        let question = Asked::new(self, holder, Some(on));
        let own = question.identity.grants.iter().zip(&question.identity.statements);
        let found = own.filter(|(grant, statement)| {
            let these = std::slice::from_ref(*statement);
            grant.statement.effect == Effect::Allow
                && !matches!(question.first(these, &[], &[], &Actions::of(["*"])), Found::Nothing)
        });
        let mut actions: Vec<String> = found.flat_map(|(grant, _)| grant.actions.iter().cloned()).collect();
        actions.sort();
        actions.dedup();
        actions
    }
}

/// A role or user, a resource, and everything that has a say between them.
struct Asked<'p> {
    holder: &'p Holder,
    caller: Caller,
    /// The resource as patterns of ARNs; `None` for anything.
    on: Option<Vec<Pattern>>,
    identity: Granted<'p>,
    /// The policy of the resource, or of all resources.
    resource: Granted<'p>,
    /// What the boundary says; nothing where there is none.
    boundary: Option<Vec<Statement>>,
    /// A boundary that the program does not have.
    foreign_boundary: Option<String>,
    /// Only the policy of the resource says who may use it.
    is_key: bool,
}

/// A request that is allowed, if any.
enum Found {
    Request(Box<Request>),
    Nothing,
}

impl<'p> Asked<'p> {
    fn new(program: &'p Program<'p>, holder: &'p Holder, on: Option<Place>) -> Self {
        let mut facts = Facts::default();
        facts.stands_for(&Symbol::partition(), "aws");
        let caller = caller(program, holder.place, &mut facts);
        let patterns = on.map(|place| about(program, place, &mut facts));
        let granted = |grants: Vec<&'p Grant>| Granted {
            statements: grants.iter().map(|grant| grant.statement.resolve(&facts)).collect(),
            grants,
        };
        let groups = groups(program, holder.place);
        let own = holder.grants.iter().chain(groups.iter().flat_map(|group| &group.grants));
        let identity = granted(own.collect());
        let guarding = program.guarded.iter().filter(|guarded| on.is_none_or(|place| guarded.place == place));
        let resource = granted(guarding.flat_map(|guarded| &guarded.grants).collect());
        let (boundary, foreign_boundary) = boundary(program, holder.place, &facts);
        let is_key = on.is_some_and(|place| program.resource(place).schema.name() == "AWS::KMS::Key");
        Self { holder, caller, on: patterns, identity, resource, boundary, foreign_boundary, is_key }
    }

    fn answer(&self, actions: &Actions) -> Answer {
        // What names the caller itself; those that name the account leave it to the caller's own policies.
        let named = |wanted: fn(&Principal) -> bool| -> Vec<Statement> {
            let of = |statement: &&Statement| {
                statement.effect == Effect::Allow
                    && names(&statement.principals, &self.caller) == Truth::Yes
                    && match &statement.principals {
                        Principals::Of(all) => {
                            let mut own = all.iter().filter(|one| {
                                names(&Principals::Of(vec![(*one).clone()]), &self.caller) == Truth::Yes
                            });
                            own.any(wanted)
                        }
                        Principals::AllBut(_) | Principals::Attached => wanted(&Principal::Everyone),
                    }
            };
            self.resource.statements.iter().filter(of).cloned().map(to_whom_it_is_attached).collect()
        };
        let by_account = named(|principal| matches!(principal, Principal::Account(_)));
        let by_name = named(|principal| {
            !matches!(principal, Principal::Account(_) | Principal::Everyone | Principal::Session(_))
        });
        let by_all = named(|principal| matches!(principal, Principal::Everyone | Principal::Session(_)));
        let own: Vec<Statement> =
            self.identity.statements.iter().filter(|one| one.effect == Effect::Allow).cloned().collect();
        let limits: Vec<&[Statement]> = self.boundary.iter().map(Vec::as_slice).collect();
        // Each way is what allows, and what must allow it as well.
        let mut ways: Vec<(&[Statement], Vec<&[Statement]>)> = Vec::new();
        if self.is_key && !self.resource.grants.is_empty() {
            ways.push((&own, std::iter::once(by_account.as_slice()).chain(limits.iter().copied()).collect()));
        } else {
            ways.push((&own, limits.clone()));
        }
        ways.push((&by_name, limits));
        ways.push((&by_all, Vec::new()));
        let denies = self.denies();
        for (allows, limits) in ways {
            if let Found::Request(request) = self.first(allows, &limits, &denies, actions) {
                return match &self.foreign_boundary {
                    Some(arn) => Answer::Foreign(arn.clone()),
                    None => self.example(&request),
                };
            }
        }
        match self.holder.foreign.first() {
            Some(arn) => Answer::Foreign(arn.clone()),
            None => Answer::No,
        }
    }

    /// Everything that denies for certain.
    fn denies(&self) -> Vec<Statement> {
        let denies = |granted: &Granted<'_>| -> Vec<Statement> {
            let both = granted.grants.iter().zip(&granted.statements);
            let certain = both.filter(|(grant, one)| {
                one.effect == Effect::Deny
                    && !grant.conditional
                    && names(&one.principals, &self.caller) == Truth::Yes
            });
            certain.map(|(_, one)| to_whom_it_is_attached(one.clone())).collect()
        };
        let limits = self.boundary.iter().flatten().filter(|one| one.effect == Effect::Deny).cloned();
        denies(&self.identity).into_iter().chain(denies(&self.resource)).chain(limits).collect()
    }

    /// A request that one of `allows` allows, and one of each of the `limits`, and none of `denies` denies.
    fn first(
        &self,
        allows: &[Statement],
        limits: &[&[Statement]],
        denies: &[Statement],
        actions: &Actions,
    ) -> Found {
        let mut outside = vec![allow(complement_of_actions(actions), everything())];
        if let Some(on) = &self.on {
            outside.push(allow(anything(), Resources::AllBut(on.clone())));
        }
        within(&mut outside, allows, limits, denies)
    }
}

/// The same of requests that `outside` does not allow.
fn within(
    outside: &mut Vec<Statement>,
    allows: &[Statement],
    limits: &[&[Statement]],
    denies: &[Statement],
) -> Found {
    let Some((limit, others)) = limits.split_first() else { return escape(outside, allows, denies) };
    // What a limit allows is a union: one after the other. What lies outside of a statement is outside of the question.
    for limit in limit.iter().filter(|one| one.effect == Effect::Allow) {
        let before = outside.len();
        outside.push(allow(complement_of_actions(&limit.actions), everything()));
        outside.extend(complement_of_resources(&limit.resources).map(|beyond| allow(anything(), beyond)));
        let both = |one: &Statement| {
            let mut one = one.clone();
            one.conditions.extend(limit.conditions.iter().cloned());
            one
        };
        let allows: Vec<Statement> = allows.iter().map(both).collect();
        let found = within(outside, &allows, others, denies);
        outside.truncate(before);
        if let Found::Request(request) = found {
            return Found::Request(request);
        }
    }
    Found::Nothing
}

/// A request that `allows` without `denies` allow and `outside` does not.
fn escape(outside: &[Statement], allows: &[Statement], denies: &[Statement]) -> Found {
    for one in allows {
        let inner: Vec<Statement> = std::iter::once(one.clone()).chain(denies.iter().cloned()).collect();
        match contains(outside, &inner) {
            Containment::No(request) => return Found::Request(request),
            Containment::Yes => {}
            // It hangs on conditions: they may be satisfied, and those of denials may not be.
            Containment::Unknown(_) => {
                let free = |one: &Statement| Statement { conditions: Vec::new(), ..one.clone() };
                let certain = denies.iter().filter(|deny| deny.conditions.is_empty()).cloned();
                let inner: Vec<Statement> = std::iter::once(free(one)).chain(certain).collect();
                if let Containment::No(request) = contains(outside, &inner) {
                    return Found::Request(request);
                }
            }
        }
    }
    Found::Nothing
}

impl Asked<'_> {
    /// What a request shows, with the statement that allows it.
    fn example(&self, request: &Request) -> Answer {
        let both = [&self.identity, &self.resource];
        let all = both.iter().flat_map(|granted| granted.grants.iter().zip(&granted.statements));
        let mut allowing = all.filter(|(_, one)| {
            let one = to_whom_it_is_attached((*one).clone());
            one.effect == Effect::Allow
                && applies(&Statement { conditions: Vec::new(), ..one }, request) != Truth::No
        });
        let Some((grant, _)) = allowing.next() else { return Answer::No };
        Answer::Yes(Box::new(Example {
            holder: self.holder.place,
            action: as_iam_writes(&request.action.to_string()),
            resource: request.resource.to_string(),
            grant: (*grant).clone(),
        }))
    }
}

fn allow(actions: Actions, resources: Resources) -> Statement {
    Statement::allow(actions, resources)
}

fn anything() -> Actions {
    Actions::AllBut(Vec::new())
}

fn everything() -> Resources {
    Resources::AllBut(Vec::new())
}

fn complement_of_resources(resources: &Resources) -> Option<Resources> {
    match resources {
        Resources::Of(patterns) => Some(Resources::AllBut(patterns.clone())),
        Resources::AllBut(patterns) => Some(Resources::Of(patterns.clone())),
        Resources::Attached => None,
    }
}

fn complement_of_actions(actions: &Actions) -> Actions {
    match actions {
        Actions::Of(patterns) => Actions::AllBut(patterns.clone()),
        Actions::AllBut(patterns) => Actions::Of(patterns.clone()),
    }
}

/// A statement that is known to name the caller, as one of the caller's own.
fn to_whom_it_is_attached(statement: Statement) -> Statement {
    Statement { principals: Principals::Attached, ..statement }
}

/// The patterns of a set that is given by them, and not by what it leaves out.
fn actions_of(actions: &Actions) -> Option<&[Pattern]> {
    match actions {
        Actions::Of(patterns) => Some(patterns),
        Actions::AllBut(_) => None,
    }
}

fn resources_of(resources: &Resources) -> Option<&[Pattern]> {
    match resources {
        Resources::Of(patterns) => Some(patterns),
        Resources::AllBut(_) | Resources::Attached => None,
    }
}

/// Whether two sets may have a text in common. Outside of something there is always something.
fn meet(one: Option<&[Pattern]>, other: Option<&[Pattern]>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    // What a policy variable stands for may be anything.
    one.iter().chain(other).any(Pattern::has_variable)
        || glob::find(&[one, other], &[]) != glob::Found::Nothing
}

/// Who acts as a role, user or group.
fn caller(program: &Program<'_>, place: Place, facts: &mut Facts) -> Caller {
    let stack = program.stacks[place.stack];
    let resource = program.resource(place);
    let arn = symbol_of(stack, &resource.logical_id, "Arn");
    let kind = if resource.schema.name() == "AWS::IAM::Role" { "role" } else { "user" };
    let form = vec![
        Part::Text("arn:aws:iam::".into()),
        Part::Symbol(Symbol::account()),
        Part::Text(format!(":{kind}/*").into()),
    ];
    facts.stands_for(&arn, form);
    let letters = facts.text(&Text::from(arn));
    let parts = Parts(
        letters
            .letters()
            .iter()
            .map(|letter| match letter {
                Letter::Char(char) => Part::Text(char.to_string().into()),
                Letter::Symbol(symbol) => Part::Symbol(symbol.clone()),
            })
            .collect(),
    );
    if kind == "role" { Caller::session(parts, "session") } else { Caller::user(parts) }
}

/// The ARNs by which statements can be about a resource or something in it.
fn about(program: &Program<'_>, place: Place, facts: &mut Facts) -> Vec<Pattern> {
    let stack = program.stacks[place.stack];
    let resource = program.resource(place);
    let schema = resource.schema;
    let mut texts: Vec<Text> = Vec::new();
    let attributes = || {
        let all = schema.attributes().iter().map(|attribute| attribute.name);
        all.chain(schema.ref_parts().iter().copied())
    };
    let part = |name: &str| match resource.property(name).map(|found| &found.value) {
        Some(Value::String(text)) => Part::Text(std::sync::Arc::clone(text)),
        _ => Part::Symbol(symbol_of(stack, &resource.logical_id, name)),
    };
    let inner = separators(schema.arn_template());
    if let (Some(own), Some(template)) = (schema.own_arn(), schema.arn_template()) {
        let symbol = symbol_of(stack, &resource.logical_id, own);
        facts.stands_for(&symbol, form(template, part));
        texts.push(facts.text(&Text::from(symbol)));
    }
    // Who names it otherwise puts an ARN together of what identifies it, which has a name of its own there.
    let mut by_id: Vec<Pattern> = Vec::new();
    for template in super::names::templates(resource).skip(usize::from(schema.own_arn().is_some())) {
        let last = arn_parts(template).filter_map(|part| match part {
            ArnPart::Variable(name) => Some(name),
            ArnPart::Text(_) => None,
        });
        let last = last.last().unwrap_or_default();
        let ids = attributes().filter(|name| name.ends_with("Id") && !name.contains('.'));
        let mut ids: Vec<&str> = std::iter::once(last).chain(ids).collect();
        ids.sort_unstable();
        ids.dedup();
        let separators = separators(Some(template));
        for id in ids {
            let whole =
                facts.text(&Text::from(form(template, |name| part(if name == last { id } else { name }))));
            by_id.extend(whole_and_inside(&whole, &separators));
        }
    }
    for name in attributes() {
        // An attribute of a property, `RedrivePolicy.deadLetterTargetArn`, is about something else.
        if (name.ends_with("Arn") && !name.contains('.')) || schema.own_arn().is_none() {
            let symbol = symbol_of(stack, &resource.logical_id, name);
            texts.push(facts.text(&Text::from(symbol)));
        }
    }
    texts.iter().flat_map(|text| whole_and_inside(text, &inner)).chain(by_id).collect()
}

/// What stands between the ARN of a resource and the rest of the ARNs of what lies in it, as IAM knows such things: `/` for
/// the objects of a bucket, `:` for the versions of a function, nothing for a queue.
fn separators(template: Option<&str>) -> Vec<char> {
    let Some(template) = template else { return vec!['/', ':'] };
    let service = template.split(':').nth(2).and_then(iam::service);
    let own = without_names(template);
    let types = service.map(iam::Service::resource_types).unwrap_or_default().iter();
    let beyond =
        types.filter_map(|known| without_names(known.arn_template).strip_prefix(&own)?.chars().next());
    let mut found: Vec<char> = beyond.filter(|next| matches!(next, '/' | ':')).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A form of an ARN without the names of what varies, which are not the same everywhere.
fn without_names(template: &str) -> String {
    let parts = arn_parts(template).map(|part| match part {
        ArnPart::Text(text) => text,
        ArnPart::Variable(_) => "$",
    });
    parts.collect()
}

/// An ARN, and those of what lies in it.
fn whole_and_inside(text: &Text, separators: &[char]) -> Vec<Pattern> {
    let letters = text.letters().iter().map(|letter| match letter {
        // Whatever a statement names: the program is deployed to some region of some account.
        Letter::Symbol(symbol)
            if [Symbol::partition(), Symbol::region(), Symbol::account()].contains(symbol) =>
        {
            Token::Run { except: Some(':') }
        }
        other => Token::Letter(other.clone()),
    });
    let whole: Vec<Token> = letters.collect();
    let inside = separators.iter().map(|separator| {
        let rest = [Token::Letter(Letter::Char(*separator)), Token::Run { except: None }];
        whole.iter().cloned().chain(rest).collect::<Vec<_>>()
    });
    std::iter::once(whole.clone()).chain(inside).map(Pattern::of_tokens).collect()
}

/// `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}` as parts.
fn form(template: &str, part: impl Fn(&str) -> Part) -> Parts {
    let parts = arn_parts(template).map(|known| match known {
        ArnPart::Text(text) => Part::Text(text.into()),
        ArnPart::Variable("Partition") => Part::Symbol(Symbol::partition()),
        ArnPart::Variable("Region") => Part::Symbol(Symbol::region()),
        ArnPart::Variable("Account") => Part::Symbol(Symbol::account()),
        ArnPart::Variable(name) => part(name),
    });
    Parts(parts.collect())
}

/// The groups that a user is in.
fn groups<'p>(program: &'p Program<'_>, user: Place) -> Vec<&'p Holder> {
    let reader = Reader { stacks: &program.stacks };
    let Some(listed) = program.resource(user).property("Groups") else { return Vec::new() };
    let Value::List(items) = &listed.value else { return Vec::new() };
    let places: Vec<Place> = items.iter().filter_map(|item| reader.place(user.stack, &item.value)).collect();
    program.holders.iter().filter(|holder| places.contains(&holder.place)).collect()
}

/// What the permissions boundary of a role or user says; or its ARN, where the program does not have it.
fn boundary(program: &Program<'_>, place: Place, facts: &Facts) -> (Option<Vec<Statement>>, Option<String>) {
    let Some(given) = program.resource(place).property("PermissionsBoundary") else { return (None, None) };
    let reader = Reader { stacks: &program.stacks };
    match reader.place(place.stack, &given.value) {
        Some(policy) => {
            let grants = read::document_of(&program.stacks, policy);
            (Some(grants.iter().map(|grant| grant.statement.resolve(facts)).collect()), None)
        }
        None => (None, reader.texts(place.stack, &given.value).first().map(Parts::to_string)),
    }
}

/// An action as IAM writes it: `dynamodb:putitem` as `dynamodb:PutItem`.
pub fn as_iam_writes(action: &str) -> String {
    let known = action.split_once(':').and_then(|(prefix, name)| {
        let prefix = prefix.to_ascii_lowercase();
        let found = iam::service(&prefix)?.action_ignore_case(name)?;
        Some(format!("{prefix}:{}", found.name))
    });
    known.unwrap_or_else(|| action.to_owned())
}
